package dev.carnet.proto.ledger;

import java.math.BigInteger;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc7748.X25519Field;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/**
 * Multiples of one point of Ed25519's prime-order group, so that a multiple of it is a sum of {@value #WINDOWS} entries: {@code digit · 16^window · P}. Field arithmetic is Bouncy Castle's, the
 * addition is that of Hisil, Wong, Carter and Dawson (2008) for a = -1, which is complete: it doubles too. Its steps are those of Bouncy Castle's own addition, in their order, so that no limb grows
 * beyond what that field is made for. Nothing here is secret, and nothing takes constant time.
 */
final class Ed25519Tables {
    /** The group's order. */
    static final BigInteger ORDER =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    /** RFC 8032's base point. */
    static final Ed25519Tables BASE = new Ed25519Tables(base());

    private static final int WINDOWS = 64;
    private static final int ENTRIES = 8;

    private final Entry[] entries = new Entry[WINDOWS * ENTRIES];

    /** A point as the addition wants it: half of y + x and of y - x, and d·x·y. */
    private record Entry(int[] plus, int[] minus, int[] dxy) {}

    /** A point that grows: x and y over z, and the factors u·v of x·y over z. */
    static final class Sum {
        private final int[] x = field(BigInteger.ZERO);
        private final int[] y = field(BigInteger.ONE);
        private final int[] z = field(BigInteger.ONE);
        private int[] u = field(BigInteger.ZERO);
        private int[] v = field(BigInteger.ONE);
        private final int[] a = X25519Field.create();
        private final int[] b = X25519Field.create();
        private final int[] c = X25519Field.create();
        private final int[] f = X25519Field.create();
        private final int[] g = X25519Field.create();

        private void add(Entry entry, boolean negative) {
            X25519Field.apm(y, x, b, a);
            X25519Field.mul(a, negative ? entry.plus : entry.minus, a);
            X25519Field.mul(b, negative ? entry.minus : entry.plus, b);
            X25519Field.mul(u, v, c);
            X25519Field.mul(c, entry.dxy, c);
            X25519Field.apm(b, a, v, u);
            X25519Field.apm(z, c, negative ? f : g, negative ? g : f);
            X25519Field.mul(u, f, x);
            X25519Field.mul(v, g, y);
            X25519Field.mul(f, g, z);
        }

        private Entry entry() {
            int[][] affine = affine();
            return Ed25519Tables.entry(affine[0], affine[1]);
        }

        private int[][] affine() {
            int[] inverse = X25519Field.create();
            X25519Field.invVar(z, inverse);
            int[] atX = X25519Field.create();
            int[] atY = X25519Field.create();
            X25519Field.mul(x, inverse, atX);
            X25519Field.mul(y, inverse, atY);
            X25519Field.normalize(atX);
            X25519Field.normalize(atY);
            return new int[][] {atX, atY};
        }

        /** As RFC 8032 writes it, in the one form. */
        byte[] encode() {
            int[][] affine = affine();
            byte[] bytes = new byte[Ed25519.PUBLIC_KEY_SIZE];
            X25519Field.encode(affine[1], bytes);
            bytes[bytes.length - 1] |= (byte) ((affine[0][0] & 1) << 7);
            return bytes;
        }
    }

    /**
     * Of a key.
     *
     * @throws StatementException if it is no {@linkplain Signatures#ed25519Point point of the group}: what is derived from it would say nothing
     */
    Ed25519Tables(byte[] raw) {
        Forms.require(Signatures.ed25519Point(raw), "an Ed25519 key that is no point of the group");
        int[] y = X25519Field.create();
        X25519Field.decode255(raw, y);
        Entry power = entry(root(y, raw[raw.length - 1] < 0), y);
        for (int window = 0; window < WINDOWS; window++) {
            Sum sum = new Sum();
            for (int i = 0; i < ENTRIES; i++) {
                sum.add(power, false);
                entries[window * ENTRIES + i] = sum.entry();
            }
            sum.add(entries[window * ENTRIES + ENTRIES - 1], false);
            power = sum.entry();
        }
    }

    /** Adds a multiple of the point; below the order, that is 64 digits of -8 to 7. */
    void addMultiple(BigInteger times, Sum sum) {
        byte[] little = little(times);
        int carry = 0;
        for (int window = 0; window < WINDOWS; window++) {
            int digit = ((little[window >> 1] >> (4 * (window & 1))) & 0xf) + carry;
            carry = digit >= ENTRIES ? 1 : 0;
            digit -= carry << 4;
            if (digit != 0) {
                sum.add(entries[window * ENTRIES + Math.abs(digit) - 1], digit < 0);
            }
        }
    }

    private static Entry entry(int[] x, int[] y) {
        int[] plus = X25519Field.create();
        int[] minus = X25519Field.create();
        int[] dxy = X25519Field.create();
        X25519Field.apm(y, x, plus, minus);
        X25519Field.mul(plus, Constants.HALF, plus);
        X25519Field.mul(minus, Constants.HALF, minus);
        X25519Field.mul(x, y, dxy);
        X25519Field.mul(dxy, Constants.D, dxy);
        return new Entry(plus, minus, dxy);
    }

    /** The x of a point: the root of (y² - 1) / (d·y² + 1) that is odd, or even. */
    private static int[] root(int[] y, boolean odd) {
        int[] above = X25519Field.create();
        int[] below = X25519Field.create();
        X25519Field.sqr(y, above);
        X25519Field.mul(above, Constants.D, below);
        X25519Field.subOne(above);
        X25519Field.addOne(below);
        X25519Field.carry(above);
        X25519Field.carry(below);
        int[] x = X25519Field.create();
        if (!X25519Field.sqrtRatioVar(above, below, x)) {
            throw new StatementException("an Ed25519 key that is no point");
        }
        X25519Field.normalize(x);
        if (((x[0] & 1) == 1) != odd) {
            X25519Field.negate(x, x);
            X25519Field.normalize(x);
        }
        return x;
    }

    private static int[] field(BigInteger value) {
        int[] field = X25519Field.create();
        X25519Field.decode255(little(value), field);
        return field;
    }

    /** 32 bytes, the lowest first. */
    private static byte[] little(BigInteger value) {
        byte[] big = value.toByteArray();
        byte[] little = new byte[Ed25519.PUBLIC_KEY_SIZE];
        for (int i = 0; i < Math.min(big.length, little.length); i++) {
            little[i] = big[big.length - 1 - i];
        }
        return little;
    }

    /** The number in these bytes, the lowest first. */
    static BigInteger number(byte[] little, int from, int to) {
        byte[] big = Arrays.copyOfRange(little, from, to);
        for (int i = 0, j = big.length - 1; i < j; i++, j--) {
            byte other = big[i];
            big[i] = big[j];
            big[j] = other;
        }
        return new BigInteger(1, big);
    }

    private static byte[] base() {
        byte[] base = new byte[Ed25519.PUBLIC_KEY_SIZE];
        Arrays.fill(base, (byte) 0x66);
        base[0] = 0x58;
        return base;
    }

    /** Of the field. */
    private static final class Constants {
        static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
        static final int[] HALF = field(BigInteger.TWO.modInverse(P));
        static final int[] D = field(BigInteger.valueOf(-121_665)
                .multiply(BigInteger.valueOf(121_666).modInverse(P))
                .mod(P));
    }
}
