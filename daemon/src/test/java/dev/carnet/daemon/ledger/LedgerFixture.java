package dev.carnet.daemon.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.Store;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Predicate;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** A daemon's state directory with its store and ledger, opened and closed together. */
public final class LedgerFixture implements AutoCloseable {
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-25T10:00:30Z"), ZoneOffset.UTC);
    public static final String ID = "spiffe://example.org/node/a";
    static final TestLeaf LEAF = TestLeaf.of(ID);

    public final Store store;
    public final Ledger ledger;

    private LedgerFixture(Store store, Ledger ledger) {
        this.store = store;
        this.ledger = ledger;
    }

    public static LedgerFixture open(Path directory) {
        return open(directory, LEAF, Optional.empty(), 0);
    }

    /** Of another daemon. */
    public static LedgerFixture open(Path directory, String spiffeId) {
        return open(directory, TestLeaf.of(spiffeId), Optional.empty(), 0);
    }

    static LedgerFixture open(Path directory, LeafSigner leaf, Optional<String> origin, long reserve) {
        var store = LmdbStore.open(directory.resolve("db"));
        var done = false;
        try {
            var ledger = Ledgers.open(directory, store, origin, leaf, CLOCK, new SecureRandom(), reserve);
            done = true;
            return new LedgerFixture(store, ledger);
        } finally {
            if (!done) {
                store.close();
            }
        }
    }

    /** One that has no room for new entries. */
    public static LedgerFixture openFull(Path directory) {
        return open(directory, LEAF, Optional.empty(), Long.MAX_VALUE);
    }

    static EntryKey key(int n) {
        return new EntryKey("%032x".formatted(n), "source", Predicate.TRANSFER_INTENT, 0);
    }

    /** An envelope that only this text has; its signature is none. */
    static byte[] envelope(String text) {
        return new Dsse(text.getBytes(UTF_8), List.of(new Dsse.Signature("ab".repeat(32), new byte[] {1}))).encode();
    }

    Recorded record(int n) {
        return ledger.record(key(n), () -> envelope("entry " + n), (tx, recorded) -> {});
    }

    static Path cycleFile(Path directory) {
        return directory.resolve("ledger/journal/20261125-1000.cq4");
    }

    @Override
    public void close() {
        ledger.close();
        store.close();
    }
}
