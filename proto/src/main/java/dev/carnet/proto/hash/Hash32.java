package dev.carnet.proto.hash;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Objects;

/**
 * An immutable value of 32 bytes: a BLAKE3 digest, a chaining value or a SHA-256 digest. Ordered by its bytes,
 * unsigned.
 *
 * @param a bytes 0 to 7, big-endian
 * @param b bytes 8 to 15
 * @param c bytes 16 to 23
 * @param d bytes 24 to 31
 */
public record Hash32(long a, long b, long c, long d) implements Comparable<Hash32> {

    /** The size in bytes. */
    public static final int BYTES = 32;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    /**
     * Copies a value out of an array.
     *
     * @throws IllegalArgumentException if the array has not exactly 32 bytes
     */
    public static Hash32 of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a hash has 32 bytes, not " + bytes.length);
        }
        return at(bytes, 0);
    }

    /**
     * Copies the 32 bytes that start at {@code offset}.
     *
     * @throws IndexOutOfBoundsException if the array ends before
     */
    public static Hash32 at(byte[] bytes, int offset) {
        Objects.checkFromIndexSize(offset, BYTES, bytes.length);
        return new Hash32(get(bytes, offset), get(bytes, offset + 8), get(bytes, offset + 16), get(bytes, offset + 24));
    }

    /**
     * Reads the canonical text: 64 lower-case hexadecimal digits.
     *
     * @throws IllegalArgumentException for anything else, upper-case digits included
     */
    public static Hash32 ofHex(String hex) {
        if (hex.length() != 2 * BYTES) {
            throw new IllegalArgumentException("a hash has 64 hexadecimal digits, not " + hex.length());
        }
        Hash32 hash = of(HexFormat.of().parseHex(hex));
        if (!hash.hex().equals(hex)) {
            throw new IllegalArgumentException("a hash is written in lower case");
        }
        return hash;
    }

    /** 64 lower-case hexadecimal digits, as {@code b3sum} and {@code sha256sum} print them. */
    public String hex() {
        return HexFormat.of().formatHex(toBytes());
    }

    /** A new array with the 32 bytes. */
    public byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        copyTo(bytes, 0);
        return bytes;
    }

    /**
     * Writes the 32 bytes.
     *
     * @throws IndexOutOfBoundsException if the array ends before
     */
    public void copyTo(byte[] target, int offset) {
        Objects.checkFromIndexSize(offset, BYTES, target.length);
        LONGS.set(target, offset, a);
        LONGS.set(target, offset + 8, b);
        LONGS.set(target, offset + 16, c);
        LONGS.set(target, offset + 24, d);
    }

    @Override
    public int compareTo(Hash32 other) {
        int order = Long.compareUnsigned(a, other.a);
        order = order != 0 ? order : Long.compareUnsigned(b, other.b);
        order = order != 0 ? order : Long.compareUnsigned(c, other.c);
        return order != 0 ? order : Long.compareUnsigned(d, other.d);
    }

    @Override
    public String toString() {
        return hex();
    }

    private static long get(byte[] bytes, int offset) {
        return (long) LONGS.get(bytes, offset);
    }
}
