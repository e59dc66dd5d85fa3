package dev.carnet.daemon.catalogue;

import dev.carnet.daemon.ledger.Recorded;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.transfer.CheckpointDetail;
import dev.carnet.daemon.transfer.Engine;
import dev.carnet.daemon.transfer.Holdings;
import dev.carnet.daemon.transfer.Leaving;
import dev.carnet.daemon.transfer.Sealing;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.proto.wire.v1.Code;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The jobs of a daemon, and the two threads that do them. */
final class RunningJobs implements Jobs {
    static final int RUNNING_MAX = 2;
    static final int WAITING_MAX = 16;
    static final int KEPT_MAX = 256;

    private static final Logger log = LoggerFactory.getLogger(RunningJobs.class);
    private static final String TURN = "its turn: " + RUNNING_MAX + " jobs run at a time";
    private static final int CLOSE_SECONDS_MAX = 10;

    private final Engine engine;
    private final Clock clock;
    private final SecureRandom random;
    private final Deque<Job> newest = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(
            RUNNING_MAX, Thread.ofPlatform().daemon().name("job-", 0).factory());
    private boolean closing;

    RunningJobs(Engine engine, Clock clock, SecureRandom random) {
        this.engine = engine;
        this.clock = clock;
        this.random = random;
    }

    /** What a job comes to. */
    private record Result(
            String treeDigest,
            String contentDigest,
            long files,
            long bytes,
            @Nullable String entry,
            String note) {}

    /** What a job does; throws what ends it. */
    private interface Work {
        Result run(Job job);
    }

    @Override
    public JobView start(Sealing.Act act, String principal, Caller caller, String path) {
        Sealing sealing = engine.sealing();
        Sealing.Target target = sealing.target(act, principal, path);
        return submit(new Job(act.word(), target.volume(), target.name(), principal, job -> {
            Sealing.Done done = sealing.run(act, target, caller, job.id, job::read, job::stopped);
            return new Result(
                    done.treeDigest(),
                    done.contentDigest(),
                    done.files(),
                    done.bytes(),
                    done.entry().orElse(null),
                    done.note());
        }));
    }

    @Override
    public JobView verify(String principal, String volume, String name) {
        Holdings holdings = engine.holdings();
        CheckpointDetail held = held(volume, name);
        return submit(new Job("verify", volume, name, principal, job -> {
            Recorded entry = holdings.verify(volume, name, job.id, Optional.empty(), job::read, job::stopped);
            return new Result(
                    held.treeDigest(), held.contentDigest(), held.files(), held.bytes(), entry.payloadDigest(), "");
        }));
    }

    @Override
    public JobView export(String principal, String volume, String name) {
        CheckpointDetail held = held(volume, name);
        return submit(new Job("export", volume, name, principal, job -> {
            Holdings.Held read = engine.bundles().make(volume, name, job::read, job::stopped);
            return new Result(read.tree(), read.content(), held.files(), held.bytes(), null, "");
        }));
    }

    private CheckpointDetail held(String volume, String name) {
        return engine.checkpoint(volume, name)
                .orElseThrow(
                        () -> new TransferException(
                                Code.UNKNOWN_CHECKPOINT,
                                "the catalogue has no complete checkpoint " + volume + "/" + name
                                        + ": `carnet ls` lists what there is, and `carnet seal` or `carnet adopt` puts there what came another way"));
    }

    @Override
    public JobView release(String principal, String volume, String name, String reason) {
        return leave(engine.leaving().wish(Leaving.Act.RELEASE, principal, volume, name, reason));
    }

    @Override
    public JobView destroy(String principal, String volume, String name) {
        return leave(engine.leaving().wish(Leaving.Act.DESTROY, principal, volume, name, ""));
    }

    private JobView leave(Leaving.Wish wish) {
        return submit(new Job(wish.act().word(), wish.volume(), wish.name(), wish.principal(), job -> {
            Leaving.Done done = engine.leaving().run(wish, job.id);
            return new Result(done.treeDigest(), done.contentDigest(), done.files(), done.bytes(), done.entry(), "");
        }));
    }

    private JobView submit(Job job) {
        synchronized (newest) {
            if (closing) {
                throw new TransferException(Code.SHUTTING_DOWN, "the daemon stops");
            }
            long open = newest.stream().filter(other -> other.ended == null).count();
            if (open >= RUNNING_MAX + WAITING_MAX) {
                throw new TransferException(
                        Code.BUSY,
                        RUNNING_MAX + " jobs run and " + WAITING_MAX
                                + " wait: let one end, or cancel one (`carnet jobs`)");
            }
            long own = newest.stream()
                    .filter(other -> other.ended == null && other.principal.equals(job.principal))
                    .count();
            if (own > 0 && open >= (RUNNING_MAX + WAITING_MAX) * 3 / 4) {
                throw new TransferException(
                        Code.BUSY,
                        open + " jobs run or wait, " + own + " of them of '" + job.principal
                                + "': the last places are for whoever has none; let one end, or cancel one (`carnet jobs`)");
            }
            newest.addFirst(job);
            while (newest.size() > KEPT_MAX) {
                newest.remove(oldestEnded());
            }
            threads.execute(job::run);
        }
        return job.view();
    }

    private Job oldestEnded() {
        var oldest = newest.descendingIterator();
        Job job = oldest.next();
        while (job.ended == null) {
            job = oldest.next();
        }
        return job;
    }

    @Override
    public List<JobView> list() {
        synchronized (newest) {
            return newest.stream().map(Job::view).toList();
        }
    }

    @Override
    public Optional<JobView> find(String id) {
        return job(id).map(Job::view);
    }

    private Optional<Job> job(String id) {
        synchronized (newest) {
            return newest.stream().filter(job -> job.id.equals(id)).findFirst();
        }
    }

    @Override
    public Optional<JobView> cancel(String id) {
        Optional<Job> job = job(id);
        job.ifPresent(Job::cancel);
        return job.map(Job::view);
    }

    @Override
    public void close() {
        synchronized (newest) {
            closing = true;
            newest.forEach(Job::cancel);
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                log.warn("a job still reads after {} s; it is left behind", CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    /** One job: it changes on its own thread alone, but for the wish to stop. */
    private final class Job {
        private final String id;
        private final String kind;
        private final String volume;
        private final String name;
        private final String principal;
        private final Work work;
        private final Instant started = now();
        private volatile boolean waiting = true;
        private volatile boolean stop;
        private volatile long files;
        private volatile long bytes;
        private volatile @Nullable Long bytesTotal;
        private volatile @Nullable TransferException failure;
        private volatile @Nullable Result result;
        private volatile @Nullable Instant ended;

        Job(String kind, String volume, String name, String principal, Work work) {
            byte[] bytes16 = new byte[16];
            random.nextBytes(bytes16);
            this.id = HexFormat.of().formatHex(bytes16);
            this.kind = kind;
            this.volume = volume;
            this.name = name;
            this.principal = principal;
            this.work = work;
        }

        void cancel() {
            stop = true;
        }

        boolean stopped() {
            return stop;
        }

        void read(long filesRead, long bytesRead, long total) {
            files = filesRead;
            bytes = bytesRead;
            bytesTotal = total;
        }

        void run() {
            waiting = false;
            try {
                if (stop) {
                    throw new TransferException(Code.CANCELLED, "it was cancelled before it began");
                }
                Result done = work.run(this);
                files = done.files();
                bytes = done.bytes();
                bytesTotal = done.bytes();
                result = done;
                log.info("job {}: {} {}/{} is done", id, kind, volume, name);
            } catch (TransferException e) {
                log.warn("job {}: {} {}/{}: {} {}", id, kind, volume, name, e.code(), e.getMessage());
                failure = e;
            } catch (NoRoomException e) {
                log.warn("job {}: no room for the record", id, e);
                failure = new TransferException(Code.NO_SPACE, "no room for the record: " + e.getMessage(), e);
            } catch (RuntimeException | Error e) {
                log.error("job {}: {} {}/{}", id, kind, volume, name, e);
                failure = new TransferException(Code.INTERNAL, "a bug in this daemon; its log says more", e);
                engine.failed(e);
            } finally {
                ended = now();
            }
        }

        JobView view() {
            Instant end = ended; // first: what it stands for was written before
            TransferException why = failure;
            Result done = result;
            return new JobView(
                    id,
                    kind,
                    volume,
                    name,
                    principal,
                    end == null ? JobView.RUNNING : state(why),
                    started,
                    end,
                    end == null && waiting ? TURN : null,
                    files,
                    bytes,
                    bytesTotal,
                    end == null || why == null ? null : why.code().name(),
                    end == null ? null : reason(why, done),
                    end == null || done == null ? null : done.treeDigest(),
                    end == null || done == null ? null : done.contentDigest(),
                    end == null || done == null ? null : done.entry());
        }

        private static String state(@Nullable TransferException why) {
            if (why == null) {
                return JobView.DONE;
            }
            return why.code() == Code.CANCELLED ? JobView.CANCELLED : JobView.FAILED;
        }

        private static @Nullable String reason(@Nullable TransferException why, @Nullable Result done) {
            if (why != null) {
                return String.valueOf(why.getMessage());
            }
            return done == null || done.note().isEmpty() ? null : done.note();
        }
    }
}
