package dev.carnet.client.audit;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.NoteKey;
import java.util.List;

/**
 * Two log checkpoints of one origin that cannot both be of one log.
 *
 * @param smaller the one with fewer entries, or as many
 * @param larger the other
 * @param rootThere the root that the larger one's entries have at the smaller one's size
 * @param signedBoth keys of that log that signed both: with one of them it is proved who made the fork
 */
public record Fork(Sighting smaller, Sighting larger, Hash32 rootThere, List<NoteKey> signedBoth) {
    /** Makes one that nothing changes. */
    public Fork {
        signedBoth = List.copyOf(signedBoth);
    }

    /** Whether a key of the log signed both: then it is the log's own fault, and evidence for anybody. */
    public boolean proved() {
        return !signedBoth.isEmpty();
    }
}
