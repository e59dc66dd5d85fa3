package dev.carnet.daemon.merkle;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.ledger.Published;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.proto.ledger.LogHead;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the log up with the ledger, on a thread of its own. While entries keep coming there is a log checkpoint every other second, so that a burst of small transfers does not pay for one each. What somebody waits for is published once
 * none has come for a moment, or at once where the log has rested; after that it spends a twentieth of the time on its files (more where they take over 25 ms: it never rests longer than half a second). What nobody waits for is published within a second where nothing else comes.
 */
public final class Publisher implements Published, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Publisher.class);

    /** Between two looks, where somebody waits; the least between two log checkpoints. */
    private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** The most between two log checkpoints, where somebody waits: on a disk that is slow a receipt comes all the same. */
    private static final long GAP_MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Of the time that goes by, the part that is spent on files and signatures. */
    private static final int SHARE = 20;

    /** No entry for so long: what was going on is over. */
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Between two, while entries keep coming. */
    private static final long BURST_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Between two, where nobody waits; between two tries, where there is no room; and between two looks at the witnesses. */
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long the cosignatures of one are waited for before the next is signed, since those of the one before are of no use then: longer than an answer takes, and the pause before the question. */
    private static final long COSIGNING_NANOS =
            Witnesses.ANSWER_MAX.plusSeconds(10).toNanos();

    /** For cosignatures that nobody has to wait for. */
    private static final long LINES_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Signature lines, where nobody demands the last ones. */
    private static final int LINES_MAX = 32;

    private static final long STOP_SECONDS = 10;

    /** Of which it may go on building, with so much that has come to count. */
    private static final Duration BUILDING_MAX = Duration.ofSeconds(STOP_SECONDS / 2);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparingLong(Waiter::sequence));
    private final MerkleLog merkle;
    private final Ledger ledger;
    private final Witnesses witnesses;
    private final Consumer<Throwable> onFatal;
    private final Thread thread;
    private @Nullable SignedCheckpoint signed; // with the cosignatures that have come
    private @Nullable SignedCheckpoint published; // as it lies on disk
    private long lookedNanos = System.nanoTime() - IDLE_NANOS;
    private long signedNanos;
    private long spentNanos; // on what was signed last
    private long publishedNanos;
    private volatile long grownNanos = System.nanoTime();
    private long complainedNanos = System.nanoTime() - TimeUnit.HOURS.toNanos(1);
    private boolean closed;

    private record Waiter(long sequence, Runnable then) {}

    /** @param onFatal must end the process: the log cannot be trusted or written any more */
    public Publisher(MerkleLog merkle, Ledger ledger, Witnesses witnesses, Consumer<Throwable> onFatal) {
        this.merkle = merkle;
        this.ledger = ledger;
        this.witnesses = witnesses;
        this.onFatal = onFatal;
        this.published = merkle.checkpoint().orElse(null);
        this.thread = Thread.ofPlatform().daemon().name("ledger-log").unstarted(this::run);
    }

    /** Begins with what counts already. */
    public void start() {
        ledger.follow(this::grown);
        thread.start();
    }

    private void grown() {
        grownNanos = System.nanoTime();
        wake();
    }

    /** There is something new: entries, or what a witness knows. */
    public void wake() {
        lock.lock();
        try {
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void whenCovers(long sequence, Runnable then) {
        lock.lock();
        try {
            if (!covers(sequence)) {
                waiters.add(new Waiter(sequence, then));
                news.signal();
                return;
            }
        } finally {
            lock.unlock();
        }
        then.run();
    }

    private boolean covers(long sequence) {
        SignedCheckpoint there = published;
        return there != null && sequence < there.checkpoint().size();
    }

    @Override
    public Optional<String> waitingFor() {
        Optional<String> silent = witnesses.silence();
        SignedCheckpoint last = newest();
        return silent.isPresent() || last == null ? silent : witnesses.missing(last);
    }

    @Override
    public Optional<LogHead> head() {
        return merkle.checkpoint().map(SignedCheckpoint::checkpoint).flatMap(Publisher::head);
    }

    @Override
    public Optional<LogHead> head(String spiffeId, String origin) {
        return witnesses.newest(spiffeId, origin).flatMap(Publisher::head);
    }

    private static Optional<LogHead> head(LogCheckpoint checkpoint) {
        return checkpoint.size() == 0
                ? Optional.empty()
                : Optional.of(new LogHead(checkpoint.size(), checkpoint.root().hex()));
    }

    @Override
    public boolean had(LogHead head) {
        return merkle.signed()
                .filter(note -> head.size() <= note.checkpoint().size())
                .filter(note -> Proofs.root(head.size(), merkle.hashes(head.size()))
                        .hex()
                        .equals(head.root()))
                .isPresent();
    }

    private @Nullable SignedCheckpoint newest() {
        lock.lock();
        try {
            return signed;
        } finally {
            lock.unlock();
        }
    }

    /** Signature lines that a witness has answered with, verified; of another log checkpoint than the newest they are of no use any more. */
    public void cosigned(LogCheckpoint checkpoint, List<NoteSignature> lines) {
        lock.lock();
        try {
            SignedCheckpoint last = signed;
            if (last != null && last.checkpoint().equals(checkpoint)) {
                signed = merged(last, lines);
                news.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One line of each key, the newest; of those that nobody demands only so many that there is room for the others. */
    private SignedCheckpoint merged(SignedCheckpoint note, List<NoteSignature> lines) {
        List<NoteSignature> all = new ArrayList<>(note.signatures());
        for (NoteSignature line : lines) {
            boolean there = all.removeIf(
                    other -> other.keyId() == line.keyId() && other.name().equals(line.name()));
            int max = witnesses.demanded(line) ? SignedCheckpoint.SIGNATURES_MAX : LINES_MAX;
            if (there || all.size() < max) {
                all.add(line);
            }
        }
        return new SignedCheckpoint(note.checkpoint(), all);
    }

    /** Whether cosignatures are waited for. */
    public boolean urgent() {
        SignedCheckpoint last = newest();
        return last != null
                && !Optional.of(last).equals(merkle.checkpoint()) // it is asked twenty times a second
                && witnesses.missing(last).isPresent();
    }

    // ---- the thread

    private void run() {
        boolean last = false;
        boolean full = false;
        while (!last) {
            last = pause(full);
            full = false;
            try {
                if (last || signDue()) {
                    sign();
                }
                publish(last);
            } catch (NoRoomException e) {
                full = true;
                complain("the log waits for room on the disk: " + e.getMessage());
            } catch (RuntimeException | Error e) {
                if (!last) {
                    log.error("the daemon stops: {}", e.getMessage(), e);
                    onFatal.accept(e);
                }
                return;
            }
        }
    }

    /** Until there may be something to do: a wakeup too early does no harm. True where this is the end. */
    @SuppressWarnings("WaitNotInLoop")
    private boolean pause(boolean full) {
        lock.lock();
        try {
            boolean soon = !full && (!waiters.isEmpty() || !Objects.equals(signed, published));
            long left = (soon ? GAP_NANOS : IDLE_NANOS) - (System.nanoTime() - lookedNanos);
            if (!closed && left > 0) {
                var _ = news.awaitNanos(left);
            }
            lookedNanos = System.nanoTime();
            return closed;
        } catch (InterruptedException e) {
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean signDue() {
        lock.lock();
        try {
            SignedCheckpoint last = signed;
            if (last == null) {
                return true; // what was signed before this start may not be published
            }
            if (ledger.size() <= last.checkpoint().size()) {
                return false;
            }
            long since = System.nanoTime() - signedNanos;
            SignedCheckpoint there = published;
            if (there == null || there.checkpoint().size() < last.checkpoint().size()) {
                return since > COSIGNING_NANOS;
            }
            return since > rest();
        } finally {
            lock.unlock();
        }
    }

    /** The least between two log checkpoints. */
    private long rest() {
        if (System.nanoTime() - grownNanos <= QUIET_NANOS) {
            return BURST_NANOS;
        }
        return waiters.isEmpty() ? IDLE_NANOS : Math.clamp(SHARE * spentNanos, GAP_NANOS, GAP_MAX_NANOS);
    }

    private void sign() {
        Optional<String> silence = witnesses.silence();
        if (silence.isPresent()) {
            complain("the log signs nothing: " + silence.get());
            return;
        }
        long begun = System.nanoTime();
        SignedCheckpoint note = merkle.sign();
        lock.lock();
        try {
            signedNanos = System.nanoTime();
            spentNanos = signedNanos - begun;
            SignedCheckpoint last = signed;
            if (last != null && last.checkpoint().equals(note.checkpoint())) {
                return;
            }
            SignedCheckpoint there = published;
            signed = there != null && there.checkpoint().equals(note.checkpoint()) ? there : note;
        } finally {
            lock.unlock();
        }
        witnesses.signed(note);
    }

    private void publish(boolean last) {
        SignedCheckpoint note = newest();
        SignedCheckpoint there = published;
        if (note == null || note.equals(there)) {
            return;
        }
        boolean grown = there == null || !there.checkpoint().equals(note.checkpoint());
        if (!grown && !last && System.nanoTime() - publishedNanos < LINES_NANOS) {
            return; // lines alone
        }
        Optional<String> missing = witnesses.missing(note);
        if (missing.isPresent()) {
            complain("the log checkpoint of " + note.checkpoint().size() + " entries is not published: "
                    + missing.get());
            return;
        }
        if (note.signatures().size() > 2) {
            FailPoint.LOG_COSIGNED.pass();
        }
        long begun = System.nanoTime();
        merkle.publish(note);
        covered(note, begun).forEach(waiter -> waiter.then().run());
    }

    private List<Waiter> covered(SignedCheckpoint note, long begun) {
        List<Waiter> covered = new ArrayList<>();
        lock.lock();
        try {
            published = note;
            publishedNanos = System.nanoTime();
            spentNanos += publishedNanos - begun;
            while (!waiters.isEmpty() && covers(waiters.peek().sequence())) {
                covered.add(waiters.remove());
            }
        } finally {
            lock.unlock();
        }
        return covered;
    }

    /** Once a minute. */
    private void complain(String what) {
        long now = System.nanoTime();
        if (now - complainedNanos > TimeUnit.MINUTES.toNanos(1)) {
            complainedNanos = now;
            log.warn("{}", what);
        }
    }

    /** Publishes what counts by now, where nobody has to be waited for. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            news.signal();
        } finally {
            lock.unlock();
        }
        try {
            if (thread.isAlive() && !thread.join(BUILDING_MAX)) {
                merkle.hasten();
            }
            if (thread.isAlive() && !thread.join(Duration.ofSeconds(STOP_SECONDS))) {
                throw new LedgerException("the log's thread did not end within " + STOP_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
