package dev.carnet.client.custody;

import java.util.HexFormat;

/** The id of a transfer, 16 bytes; ordered as its hex digits are. */
record TransferId(long high, long low) implements Comparable<TransferId> {
    private static final int HALF = 16;

    static TransferId of(String hex) {
        return new TransferId(
                HexFormat.fromHexDigitsToLong(hex, 0, HALF), HexFormat.fromHexDigitsToLong(hex, HALF, 2 * HALF));
    }

    String hex() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }

    @Override
    public int compareTo(TransferId other) {
        int first = Long.compareUnsigned(high, other.high);
        return first != 0 ? first : Long.compareUnsigned(low, other.low);
    }
}
