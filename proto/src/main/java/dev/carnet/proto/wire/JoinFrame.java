package dev.carnet.proto.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * With this a data connection joins its session (SPEC section 6.2): sent by the dialler after the acceptor's greeting, answered by a {@link JoinAnswer}.
 *
 * <pre>
 *  0  16  session id
 * 16  u32 stream number, from 1, single use in a session
 * 20  32  HMAC-SHA256(join key of the session, session id || stream number || join-stream exporter of this connection)
 * 52
 * </pre>
 */
public record JoinFrame(byte[] sessionId, int stream, byte[] mac) {
    public static final int BYTES = 52;
    /** Bytes of the join key and of the join-stream exporter. */
    public static final int EXPORTER_BYTES = 32;

    private static final byte[] GREETING = "CDS1".getBytes(US_ASCII);
    private static final int MAC_BYTES = 32;

    /** Checks the lengths: a frame that breaks them is our own mistake. */
    public JoinFrame {
        if (sessionId.length != Ids.BYTES || mac.length != MAC_BYTES || stream <= 0) {
            throw new IllegalArgumentException(
                    "a join has an id of 16 bytes, a stream number from 1, a MAC of 32 bytes");
        }
    }

    /** The four bytes with which the acceptor of a data connection speaks first. */
    public static byte[] greeting() {
        return GREETING.clone();
    }

    /**
     * A join for this connection.
     *
     * @param joinKey {@code EXPORTER-carnet-join-key} of the session's control connection
     * @param exporter {@code EXPORTER-carnet-join-stream} of this data connection
     */
    public static JoinFrame make(byte[] joinKey, byte[] sessionId, int stream, byte[] exporter) {
        return new JoinFrame(sessionId, stream, mac(joinKey, sessionId, stream, exporter));
    }

    /** The {@value #BYTES} bytes. */
    public byte[] encode() {
        return ByteBuffer.allocate(BYTES).put(sessionId).putInt(stream).put(mac).array();
    }

    /**
     * Reads {@value #BYTES} bytes; verifies nothing.
     *
     * @throws ProtocolException if they are not as many, or the stream number is 0 or beyond 2^31 - 1
     */
    public static JoinFrame parse(byte[] frame) {
        if (frame.length != BYTES) {
            throw new ProtocolException("join of " + frame.length + " bytes, not " + BYTES);
        }
        int stream = ByteBuffer.wrap(frame).getInt(Ids.BYTES);
        if (stream <= 0) {
            throw new ProtocolException("join of stream " + Integer.toUnsignedString(stream));
        }
        return new JoinFrame(
                Arrays.copyOf(frame, Ids.BYTES), stream, Arrays.copyOfRange(frame, BYTES - MAC_BYTES, BYTES));
    }

    /** Whether the sender knows the session's join key and sits at the other end of this connection. Takes the same time whatever the answer. */
    public boolean verify(byte[] joinKey, byte[] exporter) {
        return MessageDigest.isEqual(mac(joinKey, sessionId, stream, exporter), mac);
    }

    private static byte[] mac(byte[] joinKey, byte[] sessionId, int stream, byte[] exporter) {
        if (joinKey.length != EXPORTER_BYTES || exporter.length != EXPORTER_BYTES) {
            throw new IllegalArgumentException("join key and exporter have 32 bytes");
        }
        try {
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new SecretKeySpec(joinKey, "HmacSHA256"));
            hmac.update(sessionId);
            hmac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, stream));
            return hmac.doFinal(exporter);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC-SHA256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JoinFrame join
                && stream == join.stream
                && Arrays.equals(sessionId, join.sessionId)
                && MessageDigest.isEqual(mac, join.mac);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(sessionId) + stream;
    }
}
