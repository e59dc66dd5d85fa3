package dev.carnet.proto.ledger;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/** edwards25519 as RFC 8032 writes it, in the plainest arithmetic: slow, and nobody's code but this. */
final class Edwards {
    static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    static final BigInteger L = BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(P))
            .mod(P);
    private static final BigInteger I =
            BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P);

    static final Point NEUTRAL = new Point(BigInteger.ZERO, BigInteger.ONE);
    static final Point BASE =
            decode(HexFormat.of().parseHex("5866666666666666666666666666666666666666666666666666666666666666"));

    private static final Point ORDER_8 =
            decode(HexFormat.of().parseHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"));

    private Edwards() {}

    record Point(BigInteger x, BigInteger y) {
        Point plus(Point o) {
            BigInteger xy =
                    D.multiply(x).multiply(o.x).multiply(y).multiply(o.y).mod(P);
            BigInteger nx = x.multiply(o.y).add(y.multiply(o.x));
            BigInteger ny = y.multiply(o.y).add(x.multiply(o.x));
            return new Point(
                    nx.multiply(BigInteger.ONE.add(xy).modInverse(P)).mod(P),
                    ny.multiply(BigInteger.ONE.subtract(xy).modInverse(P)).mod(P));
        }

        Point times(BigInteger scalar) {
            Point sum = NEUTRAL;
            for (int bit = scalar.bitLength() - 1; bit >= 0; bit--) {
                sum = sum.plus(sum);
                if (scalar.testBit(bit)) {
                    sum = sum.plus(this);
                }
            }
            return sum;
        }

        byte[] encode() {
            byte[] bytes = little(y);
            bytes[31] |= (byte) (x.testBit(0) ? 0x80 : 0);
            return bytes;
        }
    }

    /** The eight points of small order, the neutral one first. */
    static List<Point> smallOrder() {
        List<Point> all = new ArrayList<>(List.of(NEUTRAL));
        for (int i = 1; i < 8; i++) {
            all.add(all.getLast().plus(ORDER_8));
        }
        return all;
    }

    /** Everything that some decoder takes for a point of small order: each y below 2^255, with each sign. */
    static List<byte[]> smallOrderEncodings() {
        TreeSet<BigInteger> ys = new TreeSet<>();
        for (Point point : smallOrder()) {
            ys.add(point.y());
            ys.add(point.y().add(P));
        }
        return encodings(ys.stream().filter(y -> y.bitLength() < 256).toList());
    }

    /** Each y that can be written in two ways, in the second one. */
    static List<byte[]> notCanonical() {
        List<BigInteger> ys = new ArrayList<>();
        for (int y = 0; y < 19; y++) {
            ys.add(P.add(BigInteger.valueOf(y)));
        }
        return encodings(ys);
    }

    private static List<byte[]> encodings(List<BigInteger> ys) {
        List<byte[]> all = new ArrayList<>();
        for (BigInteger y : ys) {
            byte[] even = little(y.clearBit(255));
            byte[] odd = even.clone();
            odd[31] |= (byte) 0x80;
            all.add(even);
            all.add(odd);
        }
        return all;
    }

    static byte[] plusPointOfOrder8(byte[] point) {
        return decode(point).plus(ORDER_8).encode();
    }

    static Point decode(byte[] bytes) {
        byte[] canonical = bytes.clone();
        canonical[31] &= 0x7f;
        boolean odd = bytes[31] < 0;
        BigInteger y = number(canonical);
        BigInteger y2 = y.multiply(y);
        BigInteger x2 = y2.subtract(BigInteger.ONE)
                .multiply(D.multiply(y2).add(BigInteger.ONE).modInverse(P))
                .mod(P);
        BigInteger x = x2.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
        if (!x.multiply(x).mod(P).equals(x2)) {
            x = x.multiply(I).mod(P);
        }
        return new Point(x.testBit(0) == odd ? x : P.subtract(x), y);
    }

    /** The number in bytes, the lowest first. */
    static BigInteger number(byte[] little) {
        BigInteger number = BigInteger.ZERO;
        for (int i = little.length - 1; i >= 0; i--) {
            number = number.shiftLeft(8).or(BigInteger.valueOf(little[i] & 0xff));
        }
        return number;
    }

    /** 32 bytes, the lowest first. */
    static byte[] little(BigInteger number) {
        byte[] little = new byte[32];
        for (int i = 0; i < little.length; i++) {
            little[i] = number.shiftRight(8 * i).byteValue();
        }
        return little;
    }
}
