package dev.carnet.daemon.transfer;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A transfer as people see it; the JSON of the local API has these members by these names.
 *
 * @param id 32 hex digits
 * @param role "source" or "destination"
 * @param state of SPEC section 9
 * @param finished CLOSED, EXISTS or ABORTED
 * @param ok CLOSED or EXISTS
 * @param peer SPIFFE ID of the other side
 * @param direction "push" or "pull": who asked
 * @param mode "open" or "sealed" (SPEC section 8)
 * @param paused by an operator of this side
 * @param partOf tree digest of the whole, of a partial pull; known once it is offered
 * @param volume at the destination
 * @param name at the destination
 * @param source path at the source; null at the destination
 * @param principal label of who asked for it here; null where the peer did
 * @param files regular files
 * @param bytesTotal logical bytes
 * @param bytesDone logical bytes held
 * @param wireBytes of chunk frames since the transfer began, as this side counts
 * @param resentBytes logical bytes of chunks sent (or received) more than once
 * @param rateNow logical bytes per second over the last seconds
 * @param rateAverage logical bytes per second while connected
 * @param etaSeconds null where unknown
 * @param streams open now
 * @param waitingFor what is being waited for, a sentence; null while bytes move or it has ended
 * @param code of SPEC section 13 where it failed or stopped
 * @param error sentence
 * @param treeDigest once sealed
 * @param contentDigest once sealed
 * @param receipt path of the receipt's envelope once CLOSED
 * @param published absolute path of the checkpoint at the destination; null at the source
 */
public record TransferView(
        String id,
        String role,
        String state,
        boolean finished,
        boolean ok,
        String peer,
        String direction,
        String mode,
        boolean paused,
        Map<String, String> labels,
        @Nullable String partOf,
        String volume,
        String name,
        @Nullable String source,
        @Nullable String principal,
        int attempt,
        long files,
        long filesDone,
        long bytesTotal,
        long bytesDone,
        long wireBytes,
        long resentBytes,
        double rateNow,
        double rateAverage,
        @Nullable Long etaSeconds,
        int streams,
        @Nullable String waitingFor,
        @Nullable String code,
        @Nullable String error,
        @Nullable String treeDigest,
        @Nullable String contentDigest,
        @Nullable String receipt,
        @Nullable String published,
        Instant created,
        Instant updated) {}
