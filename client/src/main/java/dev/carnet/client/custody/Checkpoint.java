package dev.carnet.client.custody;

import java.util.List;
import java.util.Optional;

/**
 * A content, and where it is.
 *
 * @param content digest, hex; empty where no entry says it
 * @param trees digests of its copies, sorted
 * @param names {@code volume/name} of its copies, sorted
 * @param size where an entry says it
 * @param copies in the order of LEDGER.md
 */
public record Checkpoint(
        String content, List<String> trees, List<String> names, Optional<Size> size, List<Copy> copies) {
    /** Makes one that nothing changes. */
    public Checkpoint {
        trees = List.copyOf(trees);
        names = List.copyOf(names);
        copies = List.copyOf(copies);
    }

    /**
     * How much it is.
     *
     * @param files count
     * @param logicalBytes of all together
     */
    public record Size(long files, long logicalBytes) {}
}
