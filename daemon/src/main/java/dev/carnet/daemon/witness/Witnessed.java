package dev.carnet.daemon.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.SignedCheckpoint;
import java.util.Optional;

/** The newest log checkpoint of each peer's log that is on record here: rows of the state database, by origin. */
final class Witnessed {
    private final Store store;

    Witnessed(Store store) {
        this.store = store;
    }

    Optional<SignedCheckpoint> newest(String origin) {
        return store.read(tx -> read(tx, origin));
    }

    /**
     * Compare-and-swap: durable when it returns.
     *
     * @return false where another one than {@code before} is on record by now
     */
    boolean replace(Optional<SignedCheckpoint> before, SignedCheckpoint next) {
        String origin = next.checkpoint().origin();
        return store.<Boolean>write(tx -> {
            if (!read(tx, origin).equals(before)) {
                return false;
            }
            tx.put(Table.META, key(origin), next.encode());
            return true;
        });
    }

    private static Optional<SignedCheckpoint> read(ReadTx tx, String origin) {
        try {
            return tx.get(Table.META, key(origin)).map(SignedCheckpoint::parse);
        } catch (LogException e) {
            throw new StateException(
                    "the log checkpoint of " + origin + " in the state database: " + e.getMessage(), e);
        }
    }

    private static byte[] key(String origin) {
        return ("witnessed " + origin).getBytes(UTF_8);
    }
}
