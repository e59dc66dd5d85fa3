package dev.carnet.proto.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.proto.ledger.Edwards.Point;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.junit.jupiter.api.Test;

/**
 * Whatever somebody who has the key makes up, {@link FrequentKey}'s tables take it where Bouncy Castle's verification does and R is a point of the prime-order group, and nowhere else; the tables
 * themselves agree with arithmetic that shares nothing with them.
 */
class FrequentKeyAgreementTest {
    private static final BigInteger L = Edwards.L;

    private final long seed = Long.getLong("carnet.seed", System.nanoTime());
    private final Random random = new Random(seed);

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private BigInteger scalar() {
        return new BigInteger(512, random).mod(L);
    }

    private static Point base(BigInteger scalar) {
        return Edwards.BASE.times(scalar);
    }

    /** A key, by its secret scalar: no seed leads to most of those that are tried here. */
    private final class Key {
        final BigInteger secret;
        final byte[] raw;
        final EntryKeys keys;
        final FrequentKey frequent;

        Key(BigInteger secret) {
            this.secret = secret;
            this.raw = base(secret).encode();
            this.keys = new EntryKeys(Spki.ed25519(raw), AnyMldsa.SPKI);
            this.frequent = new FrequentKey(keys);
        }

        /** With an R of any kind, and the s of its {@code nonce}. */
        byte[] sign(byte[] r, BigInteger nonce, byte[] message) {
            return signature(
                    r, nonce.add(challenge(r, raw, message).multiply(secret)).mod(L));
        }

        /** Both judges agree; what they say. */
        boolean agreed(byte[] message, byte[] signature) {
            boolean right = signature.length == 64
                    && Ed25519.verify(signature, 0, raw, 0, message, 0, message.length)
                    && Ed25519.validatePublicKeyFull(signature, 0);
            assertThat(frequent.byTables(message, signature))
                    .as(
                            "seed %d, secret %s, message %s, signature %s",
                            seed,
                            secret,
                            HexFormat.of().formatHex(message),
                            HexFormat.of().formatHex(signature))
                    .isEqualTo(right)
                    .isEqualTo(Signatures.verified(raw, message, signature));
            return right;
        }
    }

    private static byte[] signature(byte[] r, BigInteger s) {
        byte[] signature = Arrays.copyOf(r, 64);
        System.arraycopy(Edwards.little(s), 0, signature, 32, 32);
        return signature;
    }

    private static BigInteger challenge(byte[] r, byte[] raw, byte[] message) {
        try {
            MessageDigest sha512 = MessageDigest.getInstance("SHA-512");
            sha512.update(r);
            sha512.update(raw);
            return Edwards.number(sha512.digest(message)).mod(L);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Random ones; and 1, -1, 2, 1/2 …: the key's multiples meet the base point's in the sums. */
    private List<Key> keys() {
        List<Key> keys = new ArrayList<>();
        for (long small : new long[] {1, 2, 8, 16, 17}) {
            keys.add(new Key(BigInteger.valueOf(small)));
            keys.add(new Key(L.subtract(BigInteger.valueOf(small))));
        }
        keys.add(new Key(BigInteger.TWO.modInverse(L)));
        keys.add(new Key(BigInteger.valueOf(16).modInverse(L)));
        for (int i = 0; i < 4; i++) {
            keys.add(new Key(scalar()));
        }
        return keys;
    }

    /** Edges of every digit, of a byte, of a word, of the order. */
    private static List<BigInteger> edges() {
        List<BigInteger> edges = new ArrayList<>();
        for (int bit = 3; bit <= 252; bit += 1 + bit % 4 / 3 * 2) { // the last two of each digit
            BigInteger power = BigInteger.TWO.pow(bit);
            edges.add(power);
            edges.add(power.subtract(BigInteger.ONE));
            edges.add(L.subtract(power));
        }
        for (String digit : List.of("1", "7", "8", "9", "f", "78", "87", "f0", "0f", "8f")) {
            edges.add(new BigInteger(digit.repeat(64).substring(0, 63), 16));
        }
        edges.add(L);
        edges.add(BigInteger.TWO.pow(253).subtract(BigInteger.ONE));
        return edges;
    }

    @Test
    void multiples_by_tables_are_those_of_plain_arithmetic() {
        List<BigInteger> scalars = new ArrayList<>(edges());
        for (int i = 0; i < 50; i++) {
            scalars.add(scalar());
        }
        Point other = base(scalar());
        for (Point point : List.of(Edwards.BASE, other)) {
            Ed25519Tables tables = new Ed25519Tables(point.encode());
            List<Point> powers = new ArrayList<>(List.of(point));
            for (int bit = 1; bit < 254; bit++) {
                powers.add(powers.getLast().plus(powers.getLast()));
            }
            for (BigInteger scalar : scalars) {
                Ed25519Tables.Sum sum = new Ed25519Tables.Sum();
                tables.addMultiple(scalar, sum);
                Point right = Edwards.NEUTRAL;
                for (int bit = 0; bit < 254; bit++) {
                    right = scalar.testBit(bit) ? right.plus(powers.get(bit)) : right;
                }
                assertThat(sum.encode()).as("seed %d, %s times", seed, scalar).isEqualTo(right.encode());
            }
        }
    }

    /** Sums that double, cancel, and begin again from nothing. */
    @Test
    void sums_have_no_exceptions() {
        Point point = base(scalar());
        Ed25519Tables tables = new Ed25519Tables(point.encode());
        for (int window = 0; window < 63; window++) {
            for (int digit = 1; digit < 16; digit++) {
                BigInteger times =
                        BigInteger.valueOf(digit).shiftLeft(4 * window).mod(L);
                Ed25519Tables.Sum sum = new Ed25519Tables.Sum();
                tables.addMultiple(times, sum);
                tables.addMultiple(L.subtract(times), sum);
                assertThat(sum.encode()).as("seed %d", seed).isEqualTo(Edwards.NEUTRAL.encode());
                tables.addMultiple(times, sum);
                byte[] once = sum.encode();
                tables.addMultiple(times, sum);
                Ed25519Tables.Sum twice = new Ed25519Tables.Sum();
                tables.addMultiple(times.shiftLeft(1).mod(L), twice);
                assertThat(sum.encode()).as("seed %d", seed).isEqualTo(twice.encode());
                assertThat(Edwards.decode(once).plus(Edwards.decode(once)).encode())
                        .as("seed %d", seed)
                        .isEqualTo(twice.encode());
            }
        }
    }

    @Test
    void signatures_that_are_right() {
        for (Key key : keys()) {
            for (BigInteger nonce : List.of(BigInteger.ONE, L.subtract(BigInteger.ONE), key.secret, scalar())) {
                byte[] message = bytes(random.nextInt(300));
                assertThat(key.agreed(message, key.sign(base(nonce).encode(), nonce, message)))
                        .isTrue();
            }
        }
    }

    @Test
    void signatures_that_were_changed() {
        for (Key key : keys()) {
            BigInteger nonce = scalar();
            byte[] message = bytes(1 + random.nextInt(300));
            byte[] right = key.sign(base(nonce).encode(), nonce, message);
            for (int bit = 0; bit < 512; bit += 1 + random.nextInt(16)) {
                byte[] flipped = right.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                assertThat(key.agreed(message, flipped)).isFalse();
            }
            byte[] other = message.clone();
            other[random.nextInt(other.length)] ^= 1;
            assertThat(key.agreed(other, right)).isFalse();
            for (int length : new int[] {0, 1, 32, 63, 65, 128}) {
                assertThat(key.agreed(message, Arrays.copyOf(right, length))).isFalse();
            }
        }
    }

    /** The same s modulo the order, and every s at an edge. */
    @Test
    void s_is_below_the_order() {
        for (Key key : keys()) {
            BigInteger nonce = scalar();
            byte[] message = bytes(40);
            byte[] r = base(nonce).encode();
            BigInteger s = Edwards.number(Arrays.copyOfRange(key.sign(r, nonce, message), 32, 64));
            assertThat(key.agreed(message, signature(r, s))).isTrue();
            for (BigInteger high = s.add(L); high.bitLength() <= 256; high = high.add(L)) {
                assertThat(key.agreed(message, signature(r, high))).isFalse();
            }
            assertThat(key.agreed(message, signature(r, L.subtract(s)))).isFalse();
            for (BigInteger edge : List.of(
                    BigInteger.ZERO,
                    BigInteger.ONE,
                    L.subtract(BigInteger.ONE),
                    L,
                    L.add(BigInteger.ONE),
                    BigInteger.TWO.pow(252),
                    BigInteger.TWO.pow(253).subtract(BigInteger.ONE),
                    BigInteger.TWO.pow(255),
                    BigInteger.TWO.pow(256).subtract(BigInteger.ONE))) {
                assertThat(key.agreed(message, signature(r, edge))).isFalse();
            }
        }
    }

    /** An R of small order, or with such a component, or written in another way: with the s that satisfies the equation as far as one can. */
    @Test
    void an_r_that_is_no_canonical_point_of_the_group() {
        for (Key key : keys()) {
            byte[] message = bytes(40);
            List<byte[]> bad = new ArrayList<>(Edwards.smallOrderEncodings());
            bad.addAll(Edwards.notCanonical());
            bad.add(new byte[32]);
            byte[] ones = new byte[32];
            Arrays.fill(ones, (byte) 0xff);
            bad.add(ones);
            for (byte[] r : bad) {
                for (BigInteger nonce : List.of(BigInteger.ZERO, scalar())) {
                    assertThat(key.agreed(message, key.sign(r, nonce, message))).isFalse();
                }
                assertThat(key.agreed(message, signature(r, BigInteger.ZERO))).isFalse();
            }
            BigInteger nonce = scalar();
            for (Point small : Edwards.smallOrder()) {
                byte[] r = base(nonce).plus(small).encode();
                assertThat(key.agreed(message, key.sign(r, nonce, message))).isEqualTo(small.equals(Edwards.NEUTRAL));
            }
            byte[] random = bytes(32);
            assertThat(key.agreed(message, key.sign(random, nonce, message))).isFalse();
        }
    }

    /** Bouncy Castle's verification takes some of these keys; nothing here does. */
    @Test
    void a_key_that_is_no_canonical_point_of_the_group() {
        List<byte[]> bad = new ArrayList<>(Edwards.smallOrderEncodings());
        bad.addAll(Edwards.notCanonical());
        BigInteger secret = scalar();
        boolean taken = false;
        for (Point small : Edwards.smallOrder().subList(1, 8)) {
            byte[] mixed = base(secret).plus(small).encode();
            bad.add(mixed);
            BigInteger nonce = scalar();
            byte[] r = base(nonce).encode();
            for (int i = 0; i < 64 && !taken; i++) { // until the small component falls out of the equation
                byte[] message = bytes(20);
                BigInteger k = challenge(r, mixed, message);
                byte[] signature = signature(r, nonce.add(k.multiply(secret)).mod(L));
                taken = Ed25519.verify(signature, 0, mixed, 0, message, 0, message.length);
            }
        }
        assertThat(taken).as("seed %d: a signature under a mixed key", seed).isTrue();
        for (byte[] raw : bad) {
            assertThatThrownBy(() -> new EntryKeys(Spki.ed25519(raw), AnyMldsa.SPKI))
                    .isInstanceOf(StatementException.class);
            assertThatThrownBy(() -> new Ed25519Tables(raw)).isInstanceOf(StatementException.class);
        }
    }

    @Test
    void threads_share_a_key() throws Exception {
        Key key = new Key(scalar());
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            BigInteger nonce = BigInteger.valueOf(i + 1L);
            byte[] payload = bytes(50);
            byte[] signature = key.sign(base(nonce).encode(), nonce, Dsse.pae(payload));
            boolean right = i % 3 != 0;
            if (!right) {
                signature[random.nextInt(64)] ^= 1;
            }
            Dsse dsse = new Dsse(payload, List.of(new Dsse.Signature(key.keys.ed25519Id(), signature)));
            work.add(() -> {
                try {
                    key.frequent.verify(dsse);
                    return right;
                } catch (StatementException e) {
                    return !right;
                }
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (var said : threads.invokeAll(work)) {
                assertThat(said.get()).as("seed %d", seed).isTrue();
            }
        }
    }
}
