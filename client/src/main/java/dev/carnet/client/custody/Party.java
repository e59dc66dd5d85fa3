package dev.carnet.client.custody;

import java.util.Comparator;

/** A daemon and its ledger, as a statement names them. Ordered as {@link Spot} is, and for the same reason. */
record Party(String daemon, String origin) implements Comparable<Party> {
    private static final Comparator<Party> ORDER =
            Comparator.comparing(Party::origin).thenComparing(Party::daemon);

    @Override
    public int compareTo(Party other) {
        return ORDER.compare(this, other);
    }
}
