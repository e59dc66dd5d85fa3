package dev.carnet.perf.ledger;

import static dev.carnet.perf.ledger.Figures.say;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.PushRequest;
import dev.carnet.client.Transfer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Many small checkpoints pushed by two pairs of daemons in turn: one pair publishes its logs, the other does not ({@link PublicationOff}). */
final class Transfers {
    private static final int FILES = 5;
    private static final int FILE_BYTES = 10_000;
    private static final long POLL_MS = 2;
    private static final List<Way> WAYS = List.of(new Way(1, false), new Way(8, false), new Way(1, true));
    private static final String CLOSED = "CLOSED";
    private final Pair published;
    private final Pair silent;
    private final int count;
    private final int rounds;
    private int number;

    /**
     * A running source.
     *
     * @param folder declared at it
     * @param client of its socket
     */
    private record Pair(Path folder, CarnetClient client) {}

    /**
     * How they are pushed.
     *
     * @param atOnce that run beside each other
     * @param patient whether the next one begins only when the receipt of one before is handed out
     */
    private record Way(int atOnce, boolean patient) {}

    /** @param work where {@code published} and {@code silent} are sources of running daemons, with their sockets' paths in files beside */
    Transfers(Path work, int count, int rounds) throws IOException {
        this.published = pair(work, "published");
        this.silent = pair(work, "silent");
        this.count = count;
        this.rounds = rounds;
    }

    private static Pair pair(Path work, String name) throws IOException {
        String socket = Files.readString(work.resolve(name + ".socket")).strip();
        return new Pair(work.resolve(name), new CarnetClient(Path.of(socket)));
    }

    void run() throws Exception {
        say(
                "transfers of %d files of %d bytes each, %d in each round, %d rounds after one that warms up",
                FILES, FILE_BYTES, count, rounds);
        say("");
        say(
                "at once   next begins after   ms per checkpoint, log published   not published   ratio (median of pairs, min - max)");
        for (Way way : WAYS) {
            List<Double> with = new ArrayList<>();
            List<Double> without = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round <= rounds; round++) {
                boolean first = round % 2 == 0;
                double a = push(first ? published : silent, way);
                double b = push(first ? silent : published, way);
                if (round > 0) {
                    with.add(first ? a : b);
                    without.add(first ? b : a);
                    ratios.add(with.getLast() / without.getLast());
                }
            }
            say(
                    "%7d   %-17s   %32.1f   %13.1f   %.3f (%.3f - %.3f)",
                    way.atOnce(),
                    way.patient() ? "the receipt" : "both have closed",
                    Figures.median(with),
                    Figures.median(without),
                    Figures.median(ratios),
                    ratios.stream().min(Double::compare).orElseThrow(),
                    ratios.stream().max(Double::compare).orElseThrow());
        }
    }

    /**
     * Milliseconds for each checkpoint, from the first push until every receipt is handed out.
     */
    private double push(Pair pair, Way way) throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(checkpoint(pair.folder()));
        }
        long start = System.nanoTime();
        List<Future<Transfer>> running = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(way.atOnce())) {
            for (String name : names) {
                running.add(pool.submit(() -> way.patient() ? receipt(pair, push(pair, name)) : push(pair, name)));
            }
            for (Future<Transfer> one : running) {
                var _ = receipt(pair, one.get());
            }
        }
        return Figures.seconds(System.nanoTime() - start) * TimeUnit.SECONDS.toMillis(1) / count;
    }

    private String checkpoint(Path folder) throws IOException {
        String name = "c-" + number++;
        Path checkpoint = Files.createDirectory(folder.resolve(name));
        Random random = new Random(number);
        for (int i = 0; i < FILES; i++) {
            byte[] bytes = new byte[FILE_BYTES];
            random.nextBytes(bytes);
            Files.write(checkpoint.resolve("file-" + i), bytes);
        }
        return name;
    }

    private static Transfer push(Pair pair, String name) throws InterruptedException {
        Transfer transfer = pair.client()
                .push(new PushRequest(pair.folder().resolve(name).toString(), "receiver", "inbox", name, false, 0, 0));
        while (!transfer.state().equals(CLOSED) && !transfer.finished()) {
            Thread.sleep(POLL_MS);
            transfer = pair.client().transfer(transfer.id());
        }
        return transfer;
    }

    private static Transfer receipt(Pair pair, Transfer transfer) throws InterruptedException {
        Transfer last = transfer;
        while (!last.finished()) {
            Thread.sleep(POLL_MS);
            last = pair.client().transfer(last.id());
        }
        if (!last.ok()) {
            throw new IllegalStateException("the push of " + last.name() + " ended in " + last.state());
        }
        return last;
    }
}
