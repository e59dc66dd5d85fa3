package dev.carnet.proto.ledger;

import java.math.BigInteger;
import java.util.HexFormat;

/** As much of edwards25519 as it takes to add two points, from RFC 8032. */
final class MixedOrder {
    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(P))
            .mod(P);
    private static final BigInteger I =
            BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P);

    private MixedOrder() {}

    private record Point(BigInteger x, BigInteger y) {
        Point plus(Point o) {
            BigInteger xy =
                    D.multiply(x).multiply(o.x).multiply(y).multiply(o.y).mod(P);
            BigInteger nx = x.multiply(o.y).add(y.multiply(o.x));
            BigInteger ny = y.multiply(o.y).add(x.multiply(o.x));
            return new Point(
                    nx.multiply(BigInteger.ONE.add(xy).modInverse(P)).mod(P),
                    ny.multiply(BigInteger.ONE.subtract(xy).modInverse(P)).mod(P));
        }
    }

    static byte[] plusPointOfOrder8(byte[] point) {
        byte[] small = HexFormat.of().parseHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
        return encode(decode(point).plus(decode(small)));
    }

    private static Point decode(byte[] bytes) {
        byte[] big = new byte[32];
        for (int i = 0; i < 32; i++) {
            big[31 - i] = bytes[i];
        }
        boolean odd = (big[0] & 0x80) != 0;
        big[0] &= 0x7f;
        BigInteger y = new BigInteger(1, big);
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

    private static byte[] encode(Point point) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < 32; i++) {
            bytes[i] = point.y().shiftRight(8 * i).byteValue();
        }
        bytes[31] |= (byte) (point.x().testBit(0) ? 0x80 : 0);
        return bytes;
    }
}
