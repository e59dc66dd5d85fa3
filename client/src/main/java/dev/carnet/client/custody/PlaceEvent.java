package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Something that was said of a place: any possession; of what no transfer brought, its end too.
 *
 * @param what possession, possession-released, destruction-intent or destruction
 * @param index in the ledger
 * @param time milliseconds since 1970
 * @param adopted what a possession{adopted} has adopted
 */
record PlaceEvent(
        Predicate what,
        long index,
        long time,
        Hash32 tree,
        @Nullable Bulk adopted) {
    boolean possession() {
        return what == Predicate.POSSESSION;
    }
}
