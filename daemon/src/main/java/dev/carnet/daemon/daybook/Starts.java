package dev.carnet.daemon.daybook;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import dev.carnet.proto.ledger.DaemonStart;
import dev.carnet.proto.ledger.Predicate;
import java.time.Clock;
import java.time.Instant;

/** The entries daemon-start, and a row that says how the newest run ended: a start clears it, a clean stop sets it. Not for two threads at a time. */
final class Starts {
    private static final byte[] KEY = "daybook daemon-start".getBytes(US_ASCII);
    private static final String RUNS = "runs";

    private final Store store;
    private final Ledger ledger;
    private final Clock clock;
    private final Surroundings daemon;

    Starts(Store store, Ledger ledger, Clock clock, Surroundings daemon) {
        this.store = store;
        this.ledger = ledger;
        this.clock = clock;
        this.daemon = daemon;
    }

    /** {@code count}: of all starts that are on record. */
    private record Last(int count, String ended) {}

    /**
     * Records this start.
     *
     * @param software digest of the distribution
     */
    void record(String version, String software) {
        Last last = store.read(Starts::last);
        int number = last.count();
        String ended = last.ended();
        while (ledger.find(key(number)).isPresent()) { // of a start that a crash ended before it was counted
            number++;
            ended = DaemonStart.UNCLEAN;
        }
        int count = number + 1;
        String stopped = ended;
        ledger.record(
                key(number),
                () -> ledger.keys()
                        .sign(new DaemonStart(
                                        daemon.self(),
                                        ledger.origin(),
                                        Instant.ofEpochMilli(clock.millis()),
                                        software,
                                        version,
                                        stopped)
                                .payload()),
                (tx, recorded) -> put(tx, count, RUNS));
    }

    /** Everything has ended in good order. */
    void stopped() {
        store.update(tx -> {
            Last last = last(tx);
            if (last.count() > 0) {
                put(tx, last.count(), DaemonStart.CLEAN);
            }
        });
    }

    private static EntryKey key(int number) {
        return new EntryKey("daemon", "self", Predicate.DAEMON_START, number);
    }

    private static Last last(ReadTx tx) {
        return tx.get(Table.META, KEY)
                .map(value -> new String(value, US_ASCII).split(" ", 2))
                .map(words -> new Last(
                        Integer.parseInt(words[0]),
                        words[1].equals(DaemonStart.CLEAN) ? DaemonStart.CLEAN : DaemonStart.UNCLEAN))
                .orElse(new Last(0, DaemonStart.FIRST));
    }

    private static void put(Tx tx, int count, String state) {
        tx.put(Table.META, KEY, (count + " " + state).getBytes(US_ASCII));
    }
}
