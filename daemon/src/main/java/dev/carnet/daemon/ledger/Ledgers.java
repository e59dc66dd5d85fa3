package dev.carnet.daemon.ledger;

import dev.carnet.daemon.state.DirectoryLock;
import dev.carnet.daemon.state.NativeScratch;
import dev.carnet.daemon.state.Store;
import dev.carnet.proto.ledger.StatementException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;

/** Opens ledgers. */
public final class Ledgers {
    private Ledgers() {}

    /**
     * Opens a daemon's ledger, makes it at first start: the journal and blobs in {@code ledger/}, keys in {@code keys/}. Checks the whole journal, adopts what a
     * crash left between append and commit, makes and binds keys.
     *
     * @param origin the configured origin of the log; where there is none, the SPIFFE ID without {@code spiffe://}. Fixed at first start
     * @param leaf signs the key proof, only when keys are bound
     * @throws LedgerException where journal, keys or identity are not what this state directory had; the daemon must not start
     * @throws dev.carnet.daemon.state.StateException where another process has the directory, or the disk is full
     */
    public static Ledger open(
            Path stateDirectory,
            Store store,
            Optional<String> origin,
            LeafSigner leaf,
            Clock clock,
            SecureRandom random) {
        return open(stateDirectory, store, origin, leaf, clock, random, FreeSpace.RESERVE_BYTES);
    }

    static Ledger open(
            Path stateDirectory,
            Store store,
            Optional<String> origin,
            LeafSigner leaf,
            Clock clock,
            SecureRandom random,
            long reserveBytes) {
        var directory = stateDirectory.resolve("ledger");
        var lock = DirectoryLock.take(directory);
        var opened = false;
        try {
            NativeScratch.offer(directory, "jna.tmpdir");
            var identity = Identity.claim(store, leaf.spiffeId(), origin);
            var tables = new LedgerTables(store, identity.origin());
            var head = tables.head();
            var journal = ConfinedJournal.open(
                    () -> ChronicleJournal.open(directory.resolve("journal"), clock, head.lastPosition()));
            try {
                var checked = JournalCheck.run(journal, tables, Head.genesis(identity.origin()));
                var entries = new JournalledLedger(tables, journal, checked, new FreeSpace(directory, reserveBytes));
                var blobs = Blobs.open(directory);
                var keys = new KeyBindings(entries, blobs, new KeyFiles(stateDirectory), leaf, identity.origin(), clock)
                        .open(random);
                opened = true;
                return new LocalLedger(lock, entries, blobs, identity.origin(), keys);
            } finally {
                if (!opened) {
                    journal.close();
                }
            }
        } catch (IOException e) {
            throw new LedgerException("cannot open the ledger in " + stateDirectory + ": " + e, e);
        } catch (StatementException e) {
            throw new LedgerException("cannot bind the daemon's keys: " + e.getMessage(), e);
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }
}
