package dev.carnet.daemon.daybook;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.policy.Sha256;
import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import dev.carnet.proto.ledger.Change;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Predicate;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** The entries policy-change and trust-change: which texts were in force, one after the other. Not for two threads at a time. */
final class Changes {
    /** One entry that a crash left begun, and the one that is wanted. */
    private static final int TURNS_MAX = 3;

    private final Store store;
    private final Ledger ledger;
    private final Clock clock;
    private final Surroundings daemon;

    Changes(Store store, Ledger ledger, Clock clock, Surroundings daemon) {
        this.store = store;
        this.ledger = ledger;
        this.clock = clock;
        this.daemon = daemon;
    }

    /** The newest entry of a kind. {@code count}: of all of them. */
    private record Last(int count, Optional<String> digest) {}

    /**
     * Makes sure that the newest entry of this kind names the text.
     *
     * @param predicate policy-change or trust-change
     */
    void record(Predicate predicate, String text) {
        String digest = Sha256.hex(text.getBytes(UTF_8));
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            Last last = store.read(tx -> last(tx, predicate));
            if (last.digest().equals(Optional.of(digest))) {
                return;
            }
            ledger.record(
                    new EntryKey("daemon", "self", predicate, last.count()),
                    () -> envelope(predicate, text, digest, last.digest()),
                    (tx, recorded) -> put(tx, predicate, last.count() + 1, said(predicate, recorded)));
        }
        throw new IllegalStateException("the " + predicate.label() + " on record is never that of " + digest);
    }

    private byte[] envelope(Predicate predicate, String text, String digest, Optional<String> previous) {
        String blob = ledger.blob(text.getBytes(UTF_8)); // durable before the entry that names it
        if (!blob.equals(digest)) {
            throw new IllegalStateException("the blob of a text has another digest than the text");
        }
        return ledger.keys()
                .sign(new Change(
                                predicate,
                                daemon.self(),
                                ledger.origin(),
                                Instant.ofEpochMilli(clock.millis()),
                                digest,
                                previous)
                        .payload());
    }

    /** What the entry says; after a crash it may be the one that was begun then, about another text. */
    private static String said(Predicate predicate, Recorded recorded) {
        return Change.read(predicate, Dsse.parse(recorded.envelope()).payload()).digest();
    }

    private static byte[] key(Predicate predicate) {
        return ("daybook " + predicate.label()).getBytes(US_ASCII);
    }

    private static Last last(ReadTx tx, Predicate predicate) {
        return tx.get(Table.META, key(predicate))
                .map(value -> new String(value, US_ASCII).split(" ", 2))
                .map(words -> new Last(Integer.parseInt(words[0]), Optional.of(words[1])))
                .orElse(new Last(0, Optional.empty()));
    }

    private static void put(Tx tx, Predicate predicate, int count, String digest) {
        tx.put(Table.META, key(predicate), (count + " " + digest).getBytes(US_ASCII));
    }
}
