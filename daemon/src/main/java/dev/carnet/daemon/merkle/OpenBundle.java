package dev.carnet.daemon.merkle;

import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.Tile;
import java.util.ArrayList;
import java.util.List;

/** The entries of the bundle that is not full yet, and their leaves, as the ledger gave them: so that a log checkpoint reads and hashes what is new, not all that its bundle has. */
final class OpenBundle {
    private final Ledger ledger;
    private final List<byte[]> entries = new ArrayList<>();
    private final List<Hash32> leaves = new ArrayList<>();
    private long first;

    /** @param size entries that are built */
    OpenBundle(Ledger ledger, long size) {
        this.ledger = ledger;
        this.first = size - size % Tile.WIDTH;
    }

    /** Takes envelopes from the ledger, up to before entry {@code size}. */
    void read(long size) {
        while (first + entries.size() < size) {
            long next = first + entries.size();
            List<byte[]> more = ledger.envelopes(next, (int) Math.min(size - next, Integer.MAX_VALUE));
            if (more.isEmpty()) {
                throw new LedgerException("the journal does not give entry " + next + ", which counts");
            }
            for (byte[] entry : more) {
                entries.add(entry);
                leaves.add(Merkle.leaf(entry));
            }
        }
    }

    /** A bundle or a tile of leaves, all of whose entries have been read. */
    byte[] content(Tile tile) {
        int from = (int) (tile.index() * Tile.WIDTH - first);
        if (tile.level() == Tile.ENTRIES) {
            return Bundle.write(entries.subList(from, from + tile.width()));
        }
        byte[] hashes = new byte[tile.width() * Hash32.BYTES];
        for (int i = 0; i < tile.width(); i++) {
            leaves.get(from + i).copyTo(hashes, i * Hash32.BYTES);
        }
        return hashes;
    }

    /** Forgets full bundles of a log of so many entries. */
    void built(long size) {
        int full = (int) (size - size % Tile.WIDTH - first);
        entries.subList(0, full).clear();
        leaves.subList(0, full).clear();
        first += full;
    }
}
