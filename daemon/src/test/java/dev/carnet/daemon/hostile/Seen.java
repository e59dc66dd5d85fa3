package dev.carnet.daemon.hostile;

import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;

/**
 * What a hostile peer saw in the end.
 *
 * @param how the message that carried it, or {@code dropped}
 * @param code CODE_UNSPECIFIED where none was named
 * @param text sentence
 */
record Seen(String how, Code code, String text) {
    /** Nothing was refused: what was wrong changed nothing, and the transfer came to this end. */
    static Seen nothing(String text) {
        return new Seen("-", Code.CODE_UNSPECIFIED, text);
    }

    static Seen dropped(String text) {
        return new Seen("dropped", Code.CODE_UNSPECIFIED, text);
    }

    /** The last word, where the message is one. */
    static boolean isLast(Control message) {
        return switch (message.getBodyCase()) {
            case GOODBYE, REFUSE, ABORTED, CANCEL -> true;
            default -> false;
        };
    }

    static Seen of(Control message) {
        return switch (message.getBodyCase()) {
            case GOODBYE ->
                new Seen(
                        "Goodbye",
                        message.getGoodbye().getCode(),
                        message.getGoodbye().getSentence());
            case REFUSE ->
                new Seen(
                        "Refuse",
                        message.getRefuse().getCode(),
                        message.getRefuse().getSentence());
            case ABORTED ->
                new Seen(
                        "Aborted",
                        message.getAborted().getCode(),
                        message.getAborted().getSentence());
            case CANCEL ->
                new Seen(
                        "Cancel",
                        message.getCancel().getCode(),
                        message.getCancel().getSentence());
            default -> throw new IllegalArgumentException("no last word: " + message.getBodyCase());
        };
    }

    /** The session ended with it: an unfinished transfer is kept, for whoever comes back. */
    boolean endedSession() {
        return how.equals("Goodbye") || how.equals("dropped");
    }
}
