package dev.carnet.perf.ledger;

import static dev.carnet.perf.ledger.Figures.say;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Entries per second that are durable when their caller goes on: one caller against many, with the log following and without. All ways in turn, round after round. */
final class Appends {
    private static final List<Integer> CALLERS = List.of(1, 8, 64);
    private final Path folder;
    private final int rounds;
    private final int seconds;
    private final Map<Way, List<Double>> rates = new LinkedHashMap<>();

    private record Way(boolean followed, int callers) {}

    Appends(Path folder, int rounds, int seconds) {
        this.folder = folder;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    void run() throws Exception {
        try (BenchLedger alone = BenchLedger.open(folder.resolve("alone"), false);
                BenchLedger followed = BenchLedger.open(folder.resolve("followed"), true)) {
            for (int round = 0; round <= rounds; round++) { // the first one warms up
                for (int callers : CALLERS) {
                    measure(round, new Way(false, callers), alone);
                    measure(round, new Way(true, callers), followed);
                }
            }
            table(alone);
        }
    }

    private void measure(int round, Way way, BenchLedger ledger) throws Exception {
        ledger.settle();
        double rate = rate(ledger, way.callers());
        if (round > 0) {
            rates.computeIfAbsent(way, _ -> new ArrayList<>()).add(rate);
        }
    }

    private double rate(BenchLedger ledger, int callers) throws Exception {
        Entries entries = Entries.of(ledger.ledger().origin());
        long before = ledger.ledger().size();
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(seconds);
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(callers)) {
            for (int i = 0; i < callers; i++) {
                running.add(pool.submit(() -> {
                    while (System.nanoTime() < end) {
                        ledger.append(entries);
                    }
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
        return (ledger.ledger().size() - before) / Figures.seconds(System.nanoTime() - start);
    }

    private void table(BenchLedger alone) throws IOException {
        byte[] entry =
                alone.ledger().entries(alone.ledger().size() - 1, 1).getFirst().envelope();
        say("entries   of %d bytes, signed with Ed25519; %d rounds of %d s each", entry.length, rounds, seconds);
        say("");
        say("log        callers   entries/s (min - max)      x one caller");
        rates.forEach((way, of) -> {
            List<Double> one = rates.getOrDefault(new Way(way.followed(), 1), of);
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < of.size(); round++) {
                ratios.add(of.get(round) / one.get(round));
            }
            say(
                    "%-10s %7d   %7.0f (%.0f - %.0f)   %12.1f",
                    way.followed() ? "following" : "none",
                    way.callers(),
                    Figures.median(of),
                    of.stream().min(Double::compare).orElseThrow(),
                    of.stream().max(Double::compare).orElseThrow(),
                    Figures.median(ratios));
        });
    }
}
