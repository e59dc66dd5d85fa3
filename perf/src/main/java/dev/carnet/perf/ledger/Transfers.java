package dev.carnet.perf.ledger;

import static dev.carnet.perf.ledger.Figures.say;

import com.sun.tools.attach.VirtualMachine;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.PushRequest;
import dev.carnet.client.Transfer;
import dev.carnet.client.audit.SocketFiles;
import dev.carnet.proto.log.SignedCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/** Many small checkpoints pushed by a pair of daemons that publishes its logs in every other round, and in the others does not ({@link PublicationOff}). */
final class Transfers {
    private static final int FILES = 5;
    private static final int FILE_BYTES = 10_000;
    private static final long POLL_MS = 10; // every question costs the daemon some of the time that is measured

    /** Pairs of rounds, until the daemons' code is compiled, which takes more of the processor at first than all the rest. */
    private static final int ROUNDS_BEFORE = 3;

    /** Until a round's last log checkpoints, and what the other side signs of them, are done: that is this round's processor time, and not the next one's. */
    private static final long AFTERWARDS_MS = 3_000;

    private static final Way BUSY = new Way(8, false);
    private static final List<Way> WAYS = List.of(new Way(1, false), BUSY, new Way(1, true));
    private static final String CLOSED = "CLOSED";
    private final Pair pair;
    private final Path agent;
    private final int count;
    private final int rounds;
    private int number;

    /**
     * A running source.
     *
     * @param folder declared at it
     * @param client of its socket
     * @param processes of both daemons
     */
    private record Pair(Path folder, CarnetClient client, List<ProcessHandle> processes) {
        static Pair of(Path work) throws IOException {
            String socket = Files.readString(work.resolve("pair.socket")).strip();
            List<ProcessHandle> processes = new ArrayList<>();
            for (String pid : Files.readAllLines(work.resolve("pair.pids"))) {
                processes.add(ProcessHandle.of(Long.parseLong(pid)).orElseThrow());
            }
            return new Pair(work.resolve("pair"), new CarnetClient(Path.of(socket)), processes);
        }

        /** Time of the processor that both have used. */
        Duration processor() {
            return processes.stream()
                    .map(process -> process.info().totalCpuDuration().orElseThrow())
                    .reduce(Duration.ZERO, Duration::plus);
        }
    }

    /**
     * What one checkpoint took.
     *
     * @param ms by the clock
     * @param processorMs of the processor, both daemons together
     */
    private record Cost(double ms, double processorMs) {}

    /**
     * How they are pushed.
     *
     * @param atOnce that run beside each other
     * @param patient whether the next one begins only when the receipt of one before is handed out
     */
    private record Way(int atOnce, boolean patient) {}

    /**
     * @param work where {@code pair} is the source of running daemons, with its socket's path and the numbers of their processes in files beside
     * @param agent the jar file of {@link PublicationOff}
     */
    Transfers(Path work, Path agent, int count, int rounds) throws IOException {
        this.pair = Pair.of(work);
        this.agent = agent;
        this.count = count;
        this.rounds = rounds;
    }

    void run() throws Exception {
        say(
                "transfers of %d files of %d bytes each, %d in each round, %d rounds after those that warm up",
                FILES, FILE_BYTES, count, rounds);
        for (int round = 0; round < ROUNDS_BEFORE; round++) {
            var _ = push(true, BUSY);
            var _ = push(false, BUSY);
        }
        say("");
        say(
                "at once   next begins after   ms per checkpoint, log published   not published   ratio (median of pairs, min - max)   of the processor's time");
        for (Way way : WAYS) {
            List<Cost> with = new ArrayList<>();
            List<Cost> without = new ArrayList<>();
            for (int round = 0; round <= rounds; round++) {
                boolean first = round % 2 == 0;
                Cost a = push(first, way);
                Cost b = push(!first, way);
                if (round > 0) {
                    with.add(first ? a : b);
                    without.add(first ? b : a);
                }
            }
            say(
                    "%7d   %-17s   %32.1f   %13.1f   %-34s   %s",
                    way.atOnce(),
                    way.patient() ? "the receipt" : "both have closed",
                    Figures.median(with.stream().map(Cost::ms).toList()),
                    Figures.median(without.stream().map(Cost::ms).toList()),
                    ratio(with, without, Cost::ms),
                    ratio(with, without, Cost::processorMs));
        }
    }

    private static String ratio(List<Cost> with, List<Cost> without, ToDoubleFunction<Cost> of) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < with.size(); i++) {
            ratios.add(of.applyAsDouble(with.get(i)) / of.applyAsDouble(without.get(i)));
        }
        return String.format(
                Locale.ROOT,
                "%.3f (%.3f - %.3f)",
                Figures.median(ratios),
                Collections.min(ratios),
                Collections.max(ratios));
    }

    /**
     * For each checkpoint, from the first push until every receipt is handed out.
     */
    private Cost push(boolean published, Way way) throws Exception {
        publish(published);
        long before = published(pair);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(checkpoint(pair.folder()));
        }
        long start = System.nanoTime();
        Duration processor = pair.processor();
        List<Future<Transfer>> running = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(way.atOnce())) {
            for (String name : names) {
                running.add(pool.submit(() -> way.patient() ? receipt(push(name)) : push(name)));
            }
            for (Future<Transfer> one : running) {
                var _ = one.get();
            }
        }
        var _ = receipt(running.getLast().resultNow());
        while (!receipts()) {
            Thread.sleep(POLL_MS);
        }
        double ms = (System.nanoTime() - start) / 1e6;
        Thread.sleep(AFTERWARDS_MS);
        double processorMs = pair.processor().minus(processor).toNanos() / 1e6;
        if (published(pair) > before != published) {
            throw new IllegalStateException("the log has " + before + " entries published before the round, and "
                    + published(pair) + " after it");
        }
        return new Cost(ms / count, processorMs / count);
    }

    /** Switches publication on or off; where it is on, the log has taken up what it was not shown meanwhile. */
    private void publish(boolean on) throws Exception {
        for (ProcessHandle process : pair.processes()) {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
            machine.loadAgent(agent.toString(), on ? PublicationOff.ON : PublicationOff.OFF);
            machine.detach();
        }
        var _ = receipt(push(checkpoint(pair.folder())));
        Thread.sleep(AFTERWARDS_MS);
    }

    /** Entries that the source's log shows. */
    private static long published(Pair pair) throws IOException {
        byte[] note = new SocketFiles(pair.client()).read("checkpoint", 1 << 16).orElseThrow();
        return SignedCheckpoint.parse(note).checkpoint().size();
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

    private Transfer push(String name) throws InterruptedException {
        Transfer transfer = pair.client()
                .push(new PushRequest(pair.folder().resolve(name).toString(), "receiver", "inbox", name, false, 0, 0));
        while (!transfer.state().equals(CLOSED) && !transfer.finished()) {
            Thread.sleep(POLL_MS);
            transfer = pair.client().transfer(transfer.id());
        }
        return transfer;
    }

    /** Whether all that was pushed has its receipt: one question for all of them. */
    private boolean receipts() {
        return pair.client().transfers(count).stream()
                        .filter(Transfers::received)
                        .count()
                == count;
    }

    private static boolean received(Transfer transfer) {
        if (transfer.finished() && !transfer.ok()) {
            throw new IllegalStateException("the push of " + transfer.name() + " ended in " + transfer.state());
        }
        return transfer.finished();
    }

    private Transfer receipt(Transfer transfer) throws InterruptedException {
        Transfer last = transfer;
        while (!received(last)) {
            Thread.sleep(POLL_MS);
            last = pair.client().transfer(last.id());
        }
        return last;
    }
}
