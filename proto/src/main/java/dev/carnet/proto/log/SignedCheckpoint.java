package dev.carnet.proto.log;

import static dev.carnet.proto.log.LogException.require;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A log checkpoint with its signature lines (C2SP signed-note).
 *
 * @param checkpoint what is signed
 * @param signatures in the order of their lines, 1 to {@value #SIGNATURES_MAX}
 */
public record SignedCheckpoint(LogCheckpoint checkpoint, List<NoteSignature> signatures) {
    /** More lines are not read. */
    public static final int SIGNATURES_MAX = 64;

    /** More bytes are not read. */
    public static final int BYTES_MAX = 256 << 10;

    /**
     * Makes one.
     *
     * @throws LogException where there are no signatures, or too many
     */
    public SignedCheckpoint {
        signatures = List.copyOf(signatures);
        require(
                !signatures.isEmpty() && signatures.size() <= SIGNATURES_MAX,
                "a note has 1 to " + SIGNATURES_MAX + " signatures, not " + signatures.size());
    }

    /**
     * Reads a note; verifies nothing.
     *
     * @throws LogException naming the rule that it breaks
     */
    public static SignedCheckpoint parse(byte[] note) {
        require(note.length <= BYTES_MAX, "a note of " + note.length + " bytes; the limit is " + BYTES_MAX);
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(note)).toString();
        } catch (CharacterCodingException e) {
            throw new LogException("a note that is not UTF-8", e);
        }
        require(text.chars().noneMatch(c -> c < ' ' && c != '\n'), "a note has no control characters but newlines");
        int gap = text.lastIndexOf("\n\n");
        require(gap >= 0, "a note has an empty line before its signatures");
        return new SignedCheckpoint(LogCheckpoint.parse(text.substring(0, gap + 1)), lines(text.substring(gap + 2)));
    }

    /**
     * Reads signature lines, as a witness answers with.
     *
     * @throws LogException naming the rule that they break
     */
    public static List<NoteSignature> lines(String text) {
        require(text.endsWith("\n"), "signature lines end in a newline");
        List<NoteSignature> signatures = new ArrayList<>();
        for (String line : text.substring(0, text.length() - 1).split("\n", -1)) {
            require(signatures.size() < SIGNATURES_MAX, "a note has at most " + SIGNATURES_MAX + " signatures");
            signatures.add(NoteSignature.parse(line));
        }
        return signatures;
    }

    /** The note's bytes. */
    public byte[] encode() {
        StringBuilder text = new StringBuilder(checkpoint.text()).append('\n');
        signatures.forEach(signature -> text.append(signature.line()));
        return text.toString().getBytes(UTF_8);
    }

    /** With more lines; those that are there are not repeated. */
    public SignedCheckpoint with(Collection<NoteSignature> more) {
        List<NoteSignature> all = new ArrayList<>(signatures);
        more.stream().filter(line -> !all.contains(line)).forEach(all::add);
        return new SignedCheckpoint(checkpoint, all);
    }

    /**
     * The lines that known keys have made. Lines of unknown keys are passed over.
     *
     * @throws LogException where a line names a known key and does not verify
     */
    public List<Verified> verify(Collection<NoteKey> known) {
        List<Verified> verified = new ArrayList<>();
        for (NoteSignature line : signatures) {
            for (NoteKey key : known) {
                if (key.named(line)) {
                    require(
                            key.signed(checkpoint, line.value()),
                            "the signature of " + key.name() + " (" + type(key.type()) + ") on the log checkpoint of "
                                    + checkpoint.origin() + " at size " + checkpoint.size() + " does not verify");
                    verified.add(new Verified(key, line));
                }
            }
        }
        return verified;
    }

    static String type(int type) {
        return switch (type) {
            case NoteKey.ED25519 -> "Ed25519";
            case NoteKey.COSIGNATURE_ED25519 -> "Ed25519 cosignature";
            case NoteKey.MLDSA44 -> "ML-DSA-44";
            default -> "type " + type;
        };
    }

    /** A line that verifies. */
    public record Verified(NoteKey key, NoteSignature line) {}
}
