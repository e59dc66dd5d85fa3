package dev.carnet.proto.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Optional;

/**
 * The acceptor's answer to a join: 0x01, after which chunk frames flow, or 0x00, u16 length and a sentence, after which it closes.
 *
 * @param sentence why not; empty where accepted
 */
public record JoinAnswer(boolean accepted, String sentence) {
    public static final JoinAnswer ACCEPTED = new JoinAnswer(true, "");

    private static final byte YES = 1;
    private static final byte NO = 0;
    private static final int HEAD_BYTES = 3;

    /** A refusal; the sentence is cut to {@link Limits#SENTENCE_BYTES_MAX} bytes. */
    public static JoinAnswer refused(String sentence) {
        return new JoinAnswer(false, Sentences.clip(sentence));
    }

    /** The bytes. */
    public byte[] encode() {
        if (accepted) {
            return new byte[] {YES};
        }
        byte[] text = Sentences.clip(sentence).getBytes(UTF_8);
        return ByteBuffer.allocate(HEAD_BYTES + text.length)
                .put(NO)
                .putShort((short) text.length)
                .put(text)
                .array();
    }

    /**
     * Takes an answer from {@code in}, or takes nothing and gives nothing where more bytes are needed: at most 3 + {@link Limits#SENTENCE_BYTES_MAX}.
     *
     * @throws ProtocolException if this is no answer
     */
    public static Optional<JoinAnswer> parse(ByteBuffer in) {
        if (!in.hasRemaining()) {
            return Optional.empty();
        }
        ByteBuffer b = in.duplicate();
        byte first = b.get();
        if (first == YES) {
            in.position(b.position());
            return Optional.of(ACCEPTED);
        }
        if (first != NO) {
            throw new ProtocolException("join answered with byte " + first + "; it is 1 or 0");
        }
        if (b.remaining() < Short.BYTES) {
            return Optional.empty();
        }
        int length = Short.toUnsignedInt(b.getShort());
        if (length > Limits.SENTENCE_BYTES_MAX) {
            throw new ProtocolException(
                    "join refused with a sentence of " + length + " bytes; the limit is " + Limits.SENTENCE_BYTES_MAX);
        }
        if (b.remaining() < length) {
            return Optional.empty();
        }
        String sentence = decode(b.slice(b.position(), length));
        in.position(b.position() + length);
        return Optional.of(new JoinAnswer(false, sentence));
    }

    private static String decode(ByteBuffer text) {
        try {
            return UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw new ProtocolException("join refused with a sentence that is no UTF-8");
        }
    }
}
