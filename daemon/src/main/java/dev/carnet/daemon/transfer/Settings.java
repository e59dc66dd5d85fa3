package dev.carnet.daemon.transfer;

import dev.carnet.daemon.volume.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What configuration says to this room.
 *
 * @param self our SPIFFE ID
 * @param volumes by name
 * @param quotas logical bytes that published and reserved names of a volume may have together, by its name; no entry is no quota
 * @param modeMasks permission bits that what is published in a volume may have on disk, by its name; no entry is all
 * @param peers SPIFFE IDs by local alias
 * @param streams data streams of a transfer, where the push does not say
 * @param windowMin the flush window's lower bound, in bytes
 * @param windowMax its upper bound
 * @param flushInterval the longest that written data waits to be forced
 * @param beginTimeout between our Accept and the source's Begin
 * @param receiptPending how long the other side's last word may be missing before that is put on record
 * @param silenceMax between two signs of life of a transfer's peer, then the session is dropped
 * @param stagingTtl how long an unfinished transfer is kept after its last chunk
 * @param transfersPerPeerMax unfinished transfers that one peer may bring
 * @param transfersPerDayMax transfers that one peer may put on record in a day, in each role
 * @param state the daemon's own directory, with its keys: never a source
 * @param blobs where the ledger keeps blobs: a source's receipts are found there
 * @param workers threads that hash, compress, read and write
 */
public record Settings(
        String self,
        Map<String, Volume> volumes,
        Map<String, Long> quotas,
        Map<String, Integer> modeMasks,
        Map<String, String> peers,
        int streams,
        long windowMin,
        long windowMax,
        Duration flushInterval,
        Duration beginTimeout,
        Duration receiptPending,
        Duration silenceMax,
        Duration stagingTtl,
        int transfersPerPeerMax,
        int transfersPerDayMax,
        Path state,
        Path blobs,
        int workers) {}
