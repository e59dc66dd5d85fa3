package dev.carnet.client.audit;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.log.Frontier;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a ledger says of smaller trees: the root that its entries have at each size that is asked for. From the entries alone, so that it holds whatever the tiles say.
 *
 * @param roots by size
 * @param logKeys keys of logs that its key bindings bring, and that their entry keys signed
 */
record Prefixes(Map<Long, Hash32> roots, Set<NoteKey> logKeys) {
    /**
     * Reads a ledger from its beginning to its end.
     *
     * @param sizes not above that of the log checkpoint
     * @throws Broken where entries cannot be read
     */
    static Prefixes of(LedgerFiles files, SignedCheckpoint note, SortedSet<Long> sizes) throws Broken {
        TileReader tiles = new TileReader(files);
        Map<Long, Hash32> roots = new HashMap<>();
        Set<NoteKey> keys = new HashSet<>();
        Frontier frontier = new Frontier();
        TreeSet<Long> wanted = new TreeSet<>(sizes);
        long size = note.checkpoint().size();
        if (wanted.remove(0L)) {
            roots.put(0L, Merkle.EMPTY_ROOT);
        }
        for (long first = 0; first < size; first += Tile.WIDTH) {
            for (byte[] entry : tiles.entries(
                    new Tile(Tile.ENTRIES, first / Tile.WIDTH, (int) Math.min(Tile.WIDTH, size - first)))) {
                frontier.add(Merkle.leaf(entry));
                if (wanted.remove(frontier.size())) {
                    roots.put(frontier.size(), frontier.root());
                }
                if (KeyBindingMark.in(entry)) {
                    keys(entry, note.checkpoint().origin(), keys);
                }
            }
        }
        return new Prefixes(roots, keys);
    }

    /** At a size that was asked for. */
    Hash32 root(long size) {
        return Objects.requireNonNull(roots.get(size));
    }

    private static void keys(byte[] entry, String origin, Set<NoteKey> into) {
        try {
            Statement says = Statement.read(Dsse.parse(entry).payload());
            if (says instanceof KeyBindingStatement binding && binding.origin().equals(origin)) {
                KeyBinding signed = KeyBinding.verifyWithoutProof(entry);
                into.addAll(LogKeys.log(origin, signed.list().keys().log()));
            }
        } catch (StatementException e) {
            // What is no entry brings no keys; whether the ledger is right is asked elsewhere.
        }
    }
}
