package dev.carnet.proto.ledger;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * DER SubjectPublicKeyInfo of the three kinds of keys that records name. Each has one encoding of a fixed length: a fixed head, then the raw key.
 */
public final class Spki {
    public static final int ED25519_RAW_BYTES = 32;
    public static final int MLDSA44_RAW_BYTES = 1312;
    /** An uncompressed point without its first byte: x, y. */
    private static final int P256_RAW_BYTES = 64;

    private static final byte[] ED25519_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");
    private static final byte[] MLDSA44_HEAD = HexFormat.of().parseHex("30820532300b06096086480165030403110382052100");
    private static final byte[] P256_HEAD =
            HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004");

    private static final BigInteger P256_P =
            new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
    private static final BigInteger P256_B =
            new BigInteger("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b", 16);

    private Spki() {}

    /** The key's id: lower-case hex SHA-256 of its SubjectPublicKeyInfo. */
    public static String keyId(byte[] spki) {
        return Digests.sha256Hex(spki);
    }

    /** Around a raw Ed25519 key of {@value #ED25519_RAW_BYTES} bytes. */
    public static byte[] ed25519(byte[] raw) {
        return around(ED25519_HEAD, raw, ED25519_RAW_BYTES);
    }

    /** Around a raw ML-DSA-44 key of {@value #MLDSA44_RAW_BYTES} bytes. */
    public static byte[] mldsa44(byte[] raw) {
        return around(MLDSA44_HEAD, raw, MLDSA44_RAW_BYTES);
    }

    /**
     * The raw Ed25519 key: a point of the prime-order group, canonically written.
     *
     * @throws StatementException if these bytes are anything else
     */
    public static byte[] rawEd25519(byte[] spki) {
        byte[] raw = checkedEd25519(spki);
        Forms.require(Signatures.ed25519Point(raw), "an Ed25519 key that is no point of the group");
        return raw;
    }

    /** The raw Ed25519 key of a SubjectPublicKeyInfo that {@link #rawEd25519} has taken before. */
    static byte[] checkedEd25519(byte[] spki) {
        return inside(ED25519_HEAD, spki, ED25519_RAW_BYTES, "an Ed25519 key");
    }

    /**
     * The raw ML-DSA-44 key.
     *
     * @throws StatementException if these bytes are anything else
     */
    public static byte[] rawMldsa44(byte[] spki) {
        return inside(MLDSA44_HEAD, spki, MLDSA44_RAW_BYTES, "an ML-DSA-44 key");
    }

    /**
     * Checks an EC P-256 key: an uncompressed point on the curve.
     *
     * @throws StatementException if these bytes are anything else
     */
    public static void checkP256(byte[] spki) {
        byte[] raw = inside(P256_HEAD, spki, P256_RAW_BYTES, "a P-256 key");
        BigInteger x = new BigInteger(1, Arrays.copyOfRange(raw, 0, P256_RAW_BYTES / 2));
        BigInteger y = new BigInteger(1, Arrays.copyOfRange(raw, P256_RAW_BYTES / 2, P256_RAW_BYTES));
        BigInteger right = x.multiply(x)
                .subtract(BigInteger.valueOf(3))
                .multiply(x)
                .add(P256_B)
                .mod(P256_P);
        Forms.require(
                x.compareTo(P256_P) < 0
                        && y.compareTo(P256_P) < 0
                        && y.multiply(y).mod(P256_P).equals(right),
                "a P-256 key that is no point of the curve");
    }

    private static byte[] around(byte[] head, byte[] raw, int bytes) {
        Forms.require(raw.length == bytes, "a raw key of " + raw.length + " bytes, not " + bytes);
        byte[] spki = Arrays.copyOf(head, head.length + bytes);
        System.arraycopy(raw, 0, spki, head.length, bytes);
        return spki;
    }

    private static byte[] inside(byte[] head, byte[] spki, int bytes, String what) {
        Forms.require(
                spki.length == head.length + bytes && Arrays.equals(head, Arrays.copyOf(spki, head.length)),
                what + " is not a DER SubjectPublicKeyInfo in its one form");
        return Arrays.copyOfRange(spki, head.length, spki.length);
    }
}
