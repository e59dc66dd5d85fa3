package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;
import java.util.Comparator;

/** A name under which a holder has something, and what that is. Ordered, in some way, so that a map stays fast whose keys somebody has chosen by their hash codes. */
record Spot(String volume, String name, Hash32 tree) implements Comparable<Spot> {
    private static final Comparator<Spot> ORDER =
            Comparator.comparing(Spot::tree).thenComparing(Spot::name).thenComparing(Spot::volume);

    @Override
    public int compareTo(Spot other) {
        return ORDER.compare(this, other);
    }
}
