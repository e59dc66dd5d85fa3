package dev.carnet.daemon.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.SignedCheckpoint;
import java.util.Optional;

/** The newest log checkpoint of each peer's log that is on record here: rows of the state database, by peer and origin, so that nobody can put anything on record for another. */
final class Witnessed {
    private final Store store;

    Witnessed(Store store) {
        this.store = store;
    }

    Optional<SignedCheckpoint> newest(String peer, String origin) {
        return store.read(tx -> read(tx, peer, origin));
    }

    /**
     * Compare-and-swap: durable when it returns.
     *
     * @return false where another one than {@code before} is on record by now
     */
    boolean replace(String peer, Optional<SignedCheckpoint> before, SignedCheckpoint next) {
        String origin = next.checkpoint().origin();
        return store.<Boolean>write(tx -> {
            if (!read(tx, peer, origin).equals(before)) {
                return false;
            }
            tx.put(Table.META, key(peer, origin), next.encode());
            return true;
        });
    }

    private static Optional<SignedCheckpoint> read(ReadTx tx, String peer, String origin) {
        try {
            return tx.get(Table.META, key(peer, origin)).map(SignedCheckpoint::parse);
        } catch (LogException e) {
            throw new StateException(
                    "the log checkpoint of " + origin + " in the state database: " + e.getMessage(), e);
        }
    }

    /** Both may be longer together than a key. */
    private static byte[] key(String peer, String origin) {
        return ("witnessed " + Digests.sha256Hex((peer + "\n" + origin).getBytes(UTF_8))).getBytes(UTF_8);
    }
}
