package dev.carnet.client.verify;

import dev.carnet.proto.tree.TreeSummary;
import java.time.Duration;
import java.util.List;

/**
 * What a comparison came to.
 *
 * @param records what was compared with
 * @param tree the recorded tree, both digests computed from its text
 * @param modeMask permission bits that the volume lets lie on disk, under which modes were compared; 0777: all
 * @param receipt whether there is a receipt; a push that is not closed yet has none
 * @param differences the first ones, ordered by path
 * @param differencesMore how many there are beside those
 * @param took how long it took
 * @param hash which BLAKE3 ran
 */
public record VerifyReport(
        CheckpointRecords records,
        TreeSummary tree,
        int modeMask,
        boolean receipt,
        List<Difference> differences,
        long differencesMore,
        Duration took,
        String hash) {

    /** Whether the disk is what the record says. */
    public boolean verifies() {
        return differences.isEmpty();
    }
}
