package dev.carnet.proto.wire;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/** Ids of transfers, checkpoints and sessions: {@value #BYTES} bytes on the wire, {@value #DIGITS} hex digits where people and records see them. */
public final class Ids {
    public static final int BYTES = 16;
    public static final int DIGITS = 2 * BYTES;

    private Ids() {}

    /**
     * The written form.
     *
     * @throws IllegalArgumentException if these are not {@value #BYTES} bytes
     */
    public static String hex(byte[] id) {
        if (id.length != BYTES) {
            throw new IllegalArgumentException("an id has " + BYTES + " bytes, not " + id.length);
        }
        return HexFormat.of().formatHex(id);
    }

    /**
     * The written form.
     *
     * @throws IllegalArgumentException if these are not {@value #BYTES} bytes
     */
    public static String hex(ByteString id) {
        return hex(id.toByteArray());
    }

    /**
     * The bytes of a written id.
     *
     * @throws IllegalArgumentException if these are not {@value #DIGITS} lower-case hex digits
     */
    public static byte[] bytes(String hex) {
        if (!isId(hex)) {
            throw new IllegalArgumentException("an id is " + DIGITS + " lower-case hex digits");
        }
        return HexFormat.of().parseHex(hex);
    }

    /** As {@link #bytes(String)}, for a message. */
    public static ByteString byteString(String hex) {
        return ByteString.copyFrom(bytes(hex));
    }

    /** Whether this is a written id: {@value #DIGITS} lower-case hex digits. */
    public static boolean isId(String hex) {
        return hex.length() == DIGITS && hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }
}
