package dev.carnet.daemon.question;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints of a peer, as it says.
 *
 * @param more whether there are more after the last
 */
public record PeerPage(List<Line> checkpoints, boolean more) {
    public PeerPage {
        checkpoints = List.copyOf(checkpoints);
    }

    /**
     * One of them.
     *
     * @param since when it was published, sealed or adopted there
     * @param partOf tree digest of the whole; null where it is no part
     */
    public record Line(
            String name,
            String treeDigest,
            String contentDigest,
            long bytes,
            long files,
            Instant since,
            @Nullable String partOf) {}
}
