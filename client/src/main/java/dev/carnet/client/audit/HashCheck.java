package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.Tile;
import java.util.List;

/**
 * The part of {@link LedgerCheck} that derives every leaf, tile and the root from the entries' bytes, on the caller's thread. No entry is read and no signature is verified: what it does not find may
 * still be wrong.
 */
public final class HashCheck {
    private HashCheck() {}

    /**
     * Every tile that is not that of the entries, and {@link Kind#ROOT} where the root is another one.
     *
     * @throws Broken where the ledger cannot be read
     */
    public static List<Finding> run(LedgerFiles files) throws Broken {
        LogCheckpoint body = LedgerView.checkpoint(files).checkpoint();
        TileReader tiles = new TileReader(files);
        Findings findings = new Findings();
        TreeCheck tree = new TreeCheck(tiles, findings::add);
        for (long first = 0; first < body.size(); first += Tile.WIDTH) {
            int width = (int) Math.min(Tile.WIDTH, body.size() - first);
            tree.add(tiles.entries(new Tile(Tile.ENTRIES, first / Tile.WIDTH, width)).stream()
                    .map(Merkle::leaf)
                    .toList());
        }
        Hash32 root = tree.end();
        if (!root.equals(body.root())) {
            findings.add(new Finding(Kind.ROOT, LedgerView.CHECKPOINT, "the root over its entries is another one"));
        }
        return findings.list();
    }
}
