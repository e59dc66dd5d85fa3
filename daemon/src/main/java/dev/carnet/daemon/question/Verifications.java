package dev.carnet.daemon.question;

import dev.carnet.daemon.transfer.Holdings;
import dev.carnet.daemon.transfer.Room;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.wire.Ids;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.VerifyAnswer;
import dev.carnet.proto.wire.v1.VerifyRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verifications at peers that were asked for here: the newest ones, in memory. */
final class Verifications {
    private static final Logger log = LoggerFactory.getLogger(Verifications.class);

    /** Of which the oldest that has ended makes room. */
    static final int KEPT_MAX = 256;

    /** The other side says each second how far it is; before that it may wait for a buffer. */
    private static final Duration SILENCE_MAX = Duration.ofMinutes(2);

    private final Room room;
    private final Holdings holdings;
    private final Asking asking;
    private final Executor pool;
    private final Consumer<Throwable> failed;
    private final Deque<Job> newest = new ArrayDeque<>();

    Verifications(Room room, Holdings holdings, Asking asking, Executor pool, Consumer<Throwable> failed) {
        this.room = room;
        this.holdings = holdings;
        this.asking = asking;
        this.pool = pool;
        this.failed = failed;
    }

    PeerJob start(String alias, String peer, String volume, String name, String principal) {
        makeRoom();
        Asked asked = asking.ask(
                peer,
                Kind.VERIFY,
                id -> Control.newBuilder()
                        .setVerifyRequest(VerifyRequest.newBuilder()
                                .setRequestId(id)
                                .setVolume(volume)
                                .setName(name))
                        .build());
        Job job = new Job(alias, volume, name, principal, asked);
        synchronized (newest) {
            newest.addFirst(job);
        }
        pool.execute(job::run);
        return job.view();
    }

    private void makeRoom() {
        synchronized (newest) {
            if (newest.size() >= KEPT_MAX) {
                Job oldest = null;
                for (Job job : newest) {
                    oldest = job.ended != null ? job : oldest;
                }
                if (oldest == null) {
                    throw new TransferException(
                            Code.BUSY, KEPT_MAX + " verifications at peers are running: wait for one to end");
                }
                newest.remove(oldest);
            }
        }
    }

    List<PeerJob> list() {
        synchronized (newest) {
            return newest.stream().map(Job::view).toList();
        }
    }

    Optional<PeerJob> cancel(String id) {
        Optional<Job> job;
        synchronized (newest) {
            job = newest.stream().filter(one -> one.id().equals(id)).findFirst();
        }
        job.ifPresent(one -> one.asked.cancel());
        return job.map(Job::view);
    }

    Optional<PeerJob> find(String id) {
        return list().stream().filter(job -> job.id().equals(id)).findFirst();
    }

    private final class Job {
        private final String alias;
        private final String volume;
        private final String name;
        private final String principal;
        private final Asked asked;
        private final Instant started = now();
        private volatile @Nullable Instant ended;
        private volatile @Nullable TransferException failure;
        private volatile @Nullable String known;
        private volatile PeerJob.@Nullable Found found;

        Job(String alias, String volume, String name, String principal, Asked asked) {
            this.alias = alias;
            this.volume = volume;
            this.name = name;
            this.principal = principal;
            this.asked = asked;
        }

        private String id() {
            return Ids.hex(asked.id());
        }

        void run() {
            try (asked) {
                VerifyAnswer answer =
                        asked.await(Control.BodyCase.VERIFY_ANSWER, SILENCE_MAX).getVerifyAnswer();
                check(answer);
                log.info("{} has verified {}/{}", asked.peer(), volume, name);
            } catch (TransferException e) {
                log.warn("{} has not verified {}/{}: {}", asked.peer(), volume, name, e.getMessage());
                failure = e;
            } catch (RuntimeException e) {
                log.error("the verification at {} failed", asked.peer(), e);
                failure = new TransferException(Code.INTERNAL, "a bug in this daemon; its log says more", e);
                failed.accept(e);
            } finally {
                ended = now();
            }
        }

        /** What the peer has signed must be the answer to this very question, and not contradict what we know. */
        private void check(VerifyAnswer answer) {
            byte[] envelope = answer.getEnvelope().toByteArray();
            Possession said = holdings.believe(asked.peer(), envelope, answer.getKeys());
            require(said.daemon().equals(asked.peer()), "names another daemon");
            require(said.state().equals(Possession.STATE_VERIFIED), "is of state " + said.state());
            require(
                    said.asked()
                            .equals(Optional.of(
                                    new Possession.Asked(id(), room.settings().self()))),
                    "answers another question");
            require(said.volume().equals(volume) && said.name().equals(name), "names another checkpoint");
            found = new PeerJob.Found(
                    said.state(),
                    said.time(),
                    said.tree(),
                    said.content(),
                    said.files(),
                    said.logicalBytes(),
                    envelope,
                    Dsse.parse(envelope).payloadDigest());
            known = holdings.knownTree(asked.peer(), volume, name).orElse(null);
            if (known != null && !said.tree().equals(known)) {
                throw new TransferException(
                        Code.TREE_MISMATCH,
                        asked.peer() + " holds the tree " + said.tree()
                                + " under this name, and the receipt of our push says " + known
                                + ": ask its operator what became of it");
            }
        }

        private void require(boolean holds, String how) {
            if (!holds) {
                throw new TransferException(
                        Code.BAD_STATEMENT, "the possession that " + asked.peer() + " has signed " + how);
            }
        }

        private static String state(@Nullable TransferException why) {
            if (why == null) {
                return PeerJob.DONE;
            }
            return why.code() == Code.CANCELLED ? PeerJob.CANCELLED : PeerJob.FAILED;
        }

        PeerJob view() {
            Instant end = ended; // first: what it stands for was written before
            TransferException why = failure;
            return new PeerJob(
                    id(),
                    alias,
                    volume,
                    name,
                    principal,
                    end == null ? PeerJob.RUNNING : state(why),
                    started,
                    end,
                    end != null || asked.waiting().isEmpty() ? null : asked.waiting(),
                    end == null || why == null ? null : why.code().name(),
                    end == null || why == null ? null : String.valueOf(why.getMessage()),
                    known,
                    found);
        }
    }

    private Instant now() {
        return Instant.ofEpochMilli(room.clock().millis());
    }
}
