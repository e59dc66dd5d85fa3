package dev.carnet.daemon.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import java.util.Optional;

/** Peers whose log has two histories: rows of the state database. Nothing is taken from them until an administrator here forgets it, with their keys. */
public final class ForkedPeers {
    private ForkedPeers() {}

    /** Why a peer is not believed any more. */
    public static Optional<String> why(Store store, String spiffeId) {
        return store.read(tx -> tx.get(Table.META, key(spiffeId))).map(row -> new String(row, UTF_8));
    }

    public static void mark(Tx tx, String spiffeId, String why) {
        tx.put(Table.META, key(spiffeId), why.getBytes(UTF_8));
    }

    public static void forget(Tx tx, String spiffeId) {
        tx.delete(Table.META, key(spiffeId));
    }

    /** An ID may be longer than a key. */
    private static byte[] key(String spiffeId) {
        return ("forked " + Sha256.hex(spiffeId.getBytes(UTF_8))).getBytes(UTF_8);
    }
}
