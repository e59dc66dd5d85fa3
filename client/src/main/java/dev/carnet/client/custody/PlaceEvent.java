package dev.carnet.client.custody;

import dev.carnet.proto.ledger.Predicate;
import java.util.List;

/**
 * Something that was said of a tree at a place: any possession; of what no transfer brought, its end too.
 *
 * @param what possession, possession-released, destruction-intent or destruction
 * @param index in the ledger
 * @param time milliseconds since 1970
 */
record PlaceEvent(Predicate what, long index, long time) {
    /** How many of these, in the order of the ledger, stand before an index. */
    static int before(List<PlaceEvent> events, long index) {
        int low = 0;
        int high = events.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (events.get(middle).index() < index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
