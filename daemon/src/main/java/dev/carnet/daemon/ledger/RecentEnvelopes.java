package dev.carnet.daemon.ledger;

import java.util.ArrayDeque;
import java.util.List;

/** Envelopes that have come to count lately, in memory: the log follows without asking the journal, whose thread others wait for. */
final class RecentEnvelopes {
    /** Of envelopes; older ones are in the journal. */
    static final int BYTES_MAX = 4 << 20;

    private final ArrayDeque<byte[]> envelopes = new ArrayDeque<>();
    private long first;
    private long bytes;

    /** In the order of the ledger. */
    synchronized void add(long sequence, byte[] envelope) {
        if (sequence != first + envelopes.size()) {
            envelopes.clear();
            bytes = 0;
        }
        if (envelopes.isEmpty()) {
            first = sequence;
        }
        envelopes.add(envelope);
        bytes += envelope.length;
        while (bytes > BYTES_MAX) {
            bytes -= envelopes.remove().length;
            first++;
        }
    }

    /** Those from {@code sequence} on; none where that one is not here. */
    synchronized List<byte[]> from(long sequence, int max) {
        return sequence < first || max <= 0
                ? List.of()
                : envelopes.stream().skip(sequence - first).limit(max).toList();
    }
}
