package dev.carnet.daemon.question;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.transfer.Holdings;
import dev.carnet.daemon.transfer.Room;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Ids;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.CheckpointLine;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.ListPage;
import dev.carnet.proto.wire.v1.ListRequest;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.VerifyAnswer;
import dev.carnet.proto.wire.v1.VerifyRequest;
import dev.carnet.proto.wire.v1.Waiting;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers peers. Each question runs on a thread of its own, of one peer at most {@link Kind#OF_ALL_MAX} at once; what is beyond is told BUSY. */
final class Answering {
    private static final Logger log = LoggerFactory.getLogger(Answering.class);

    /** Copies that are read at once, for all peers. */
    static final int VERIFIES_MAX = 4;

    /** Answers to one peer's VerifyRequests that a UTC day may leave in the ledger. */
    static final int VERIFIED_PER_DAY_MAX = 1_000;

    /** Of the lines of a page: the frame's limit less what stands around them. */
    private static final int PAGE_BYTES = dev.carnet.proto.wire.Limits.CONTROL_FRAME_BYTES_MAX - 1_024;

    private static final int LINE_OVERHEAD = 8;
    private static final long WAITING_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOST_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);
    private static final String READING = "VERIFYING";
    private static final HexFormat HEX = HexFormat.of();

    private final Room room;
    private final Holdings holdings;
    private final Executor pool;
    private final Consumer<Throwable> failed;
    private final Places places = new Places();
    private final Semaphore verifies = new Semaphore(VERIFIES_MAX);
    private final Set<String> verifying = ConcurrentHashMap.newKeySet(); // peer and id
    private final Map<String, int[]> verifiedToday = new ConcurrentHashMap<>(); // by peer: day, count
    private final AnsweredProbes probes;
    private volatile boolean closing;

    /** @param failed told what was no refusal */
    Answering(Room room, Holdings holdings, Executor pool, Consumer<Throwable> failed) {
        this.room = room;
        this.holdings = holdings;
        this.pool = pool;
        this.failed = failed;
        this.probes = new AnsweredProbes(room.transport(), this, pool);
    }

    void message(Session session, Control message) {
        switch (message.getBodyCase()) {
            case LIST_REQUEST -> {
                ListRequest question = message.getListRequest();
                run(
                        session,
                        question.getRequestId(),
                        Kind.LIST,
                        question.getVolume(),
                        () -> list(peer(session), question));
            }
            case VERIFY_REQUEST -> verify(session, message.getVerifyRequest());
            case PROBE -> probes.begin(session, message.getProbe());
            case PROBE_END -> probes.end(session, message.getProbeEnd().getProbeId());
            default -> throw new IllegalArgumentException("no question: " + message.getBodyCase());
        }
    }

    boolean counted(Session session, ChunkHeader header) {
        return probes.takes(session, header);
    }

    /** A verification goes on for a while: sessions are renewed. */
    void closed(Session session) {
        probes.closed(session);
    }

    void close() {
        closing = true;
    }

    private static String peer(Session session) {
        return session.peer().spiffeId();
    }

    /** A place for a question; where there is none, the peer is told. */
    boolean place(Session session, ByteString id, Kind kind) {
        if (closing) {
            refuse(session, id, Code.SHUTTING_DOWN, room.settings().self() + " stops");
            return false;
        }
        if (places.take(peer(session), kind)) {
            return true;
        }
        refuse(
                session,
                id,
                Code.BUSY,
                "one peer may have " + Kind.OF_ALL_MAX + " questions open at "
                        + room.settings().self()
                        + ", of which one verification and one probe: wait for an answer, then ask again");
        return false;
    }

    /** Gives a place back, and sends the answer. */
    void answer(String peer, Kind kind, Control answer) {
        places.answered(peer, kind);
        try {
            send(peer, answer);
        } finally {
            places.sent(peer);
        }
    }

    /** Gives a place back: nobody waits for an answer. */
    void dropped(String peer, Kind kind) {
        places.answered(peer, kind);
        places.sent(peer);
    }

    private void run(Session session, ByteString id, Kind kind, String volume, Supplier<Control> answer) {
        if (place(session, id, kind)) {
            String peer = peer(session);
            pool.execute(() -> answer(peer, kind, orRefusal(peer, id, volume, answer)));
        }
    }

    private Control orRefusal(String peer, ByteString id, String volume, Supplier<Control> answer) {
        try {
            return answer.get();
        } catch (TransferException e) {
            log.warn("refused a question of {}: {} {}", peer, e.code(), e.getMessage());
            if (e.code() != Code.CANCELLED) { // nobody waited for it any more: that refuses nothing
                room.refusals().refusedPeer(peer, e.code(), volume, e.forPeer());
            }
            return refusal(id, e.code(), e.forPeer());
        } catch (NoRoomException e) {
            log.warn("no room for an answer to {}", peer, e);
            return refusal(id, Code.NO_SPACE, "no room for the record");
        } catch (RuntimeException e) {
            log.error("a question of {} failed", peer, e);
            failed.accept(e);
            return refusal(
                    id, Code.INTERNAL, "a bug; the log of " + room.settings().self() + " says more");
        }
    }

    void refuse(Session session, ByteString id, Code code, String sentence) {
        log.warn("refused a question of {}: {} {}", peer(session), code, sentence);
        room.refusals().refusedPeer(peer(session), code, "", sentence);
        try {
            session.send(refusal(id, code, sentence));
        } catch (SessionClosedException e) {
            log.debug("the refused peer has gone", e);
        }
    }

    static Control refusal(ByteString id, Code code, String sentence) {
        return Control.newBuilder()
                .setRefuse(Refuse.newBuilder().setTransferId(id).setCode(code).setSentence(Sentences.clip(sentence)))
                .build();
    }

    private void send(String peer, Control message) {
        try {
            room.transport().session(peer).ifPresent(session -> {
                if (message.hasVerifyAnswer()) {
                    holdings.tellEarlierKeys(session);
                }
                session.send(message);
            });
        } catch (SessionClosedException e) {
            log.debug("{} has gone before its answer", peer, e);
        }
    }

    // ---- ListRequest

    private Control list(String peer, ListRequest question) {
        if (!mayPull(peer, question.getVolume())) {
            throw denied(peer, question.getVolume());
        }
        ListPage.Builder page = ListPage.newBuilder().setRequestId(question.getRequestId());
        int bytes = 0;
        List<Holdings.Held> found = holdings.page(question.getVolume(), question.getAfter(), question.getMax() + 1);
        for (Holdings.Held held : found) {
            CheckpointLine line = line(held);
            bytes += line.getSerializedSize() + LINE_OVERHEAD;
            if (page.getCheckpointsCount() == question.getMax() || bytes > PAGE_BYTES) {
                page.setMore(true);
                break;
            }
            page.addCheckpoints(line);
        }
        return Control.newBuilder().setListPage(page).build();
    }

    private static CheckpointLine line(Holdings.Held held) {
        return CheckpointLine.newBuilder()
                .setName(held.name())
                .setTreeDigest(bytes(held.tree()))
                .setContentDigest(bytes(held.content()))
                .setLogicalBytes(held.logicalBytes())
                .setFiles(held.files())
                .setSinceSeconds(Math.max(0, held.since().getEpochSecond()))
                .setPartOf(bytes(held.partOf().orElse("")))
                .build();
    }

    private static ByteString bytes(String hex) {
        return ByteString.copyFrom(HEX.parseHex(hex));
    }

    private boolean mayPull(String peer, String volume) {
        return room.settings().volumes().containsKey(volume)
                && room.policy()
                        .get()
                        .allows(peer, Policy.Act.SERVE_PULL, volume)
                        .isPresent();
    }

    /** The same whether the volume is there or not. */
    private TransferException denied(String peer, String volume) {
        return new TransferException(
                Code.POLICY,
                "no rule of " + room.settings().self() + " lets " + peer + " pull from the volume '" + volume
                        + "': there, a [[policy]] with allow = \"pull-by\" would");
    }

    // ---- VerifyRequest

    private void verify(Session session, VerifyRequest question) {
        String peer = peer(session);
        String asked = peer + " " + Ids.hex(question.getRequestId());
        if (!verifying.add(asked)) {
            return; // asked again over a new session: the answer is on its way
        }
        if (!place(session, question.getRequestId(), Kind.VERIFY)) {
            verifying.remove(asked);
            return;
        }
        pool.execute(() -> {
            Control answer =
                    orRefusal(peer, question.getRequestId(), question.getVolume(), () -> verified(peer, question));
            verifying.remove(asked);
            if (closing && answer.hasRefuse()) {
                dropped(peer, Kind.VERIFY); // it asks again when this daemon is back
            } else {
                answer(peer, Kind.VERIFY, answer);
            }
        });
    }

    private Control verified(String peer, VerifyRequest question) {
        String volume = question.getVolume();
        boolean declared = room.settings().volumes().containsKey(volume);
        Optional<Holdings.Held> held = declared ? holdings.find(volume, question.getName()) : Optional.empty();
        boolean brought = held.filter(h -> h.from().equals(peer)).isPresent();
        if (!brought && !mayPull(peer, volume)) {
            throw denied(peer, volume);
        }
        if (!verifies.tryAcquire()) {
            throw new TransferException(
                    Code.BUSY, room.settings().self() + " reads " + VERIFIES_MAX + " copies already: ask again later");
        }
        try {
            if (!countDay(peer)) {
                throw new TransferException(
                        Code.BUSY,
                        room.settings().self() + " verifies for one peer " + VERIFIED_PER_DAY_MAX
                                + " times a day: ask again tomorrow (UTC)");
            }
            Reading reading = new Reading(peer, question.getRequestId());
            byte[] envelope = holdings.verify(
                            volume,
                            question.getName(),
                            Ids.hex(question.getRequestId()),
                            Optional.of(peer),
                            reading::told,
                            reading::stopped)
                    .envelope();
            return Control.newBuilder()
                    .setVerifyAnswer(VerifyAnswer.newBuilder()
                            .setRequestId(question.getRequestId())
                            .setEnvelope(ByteString.copyFrom(envelope))
                            .setKeys(holdings.keys()))
                    .build();
        } finally {
            verifies.release();
        }
    }

    private boolean countDay(String peer) {
        int today = (int) TimeUnit.MILLISECONDS.toDays(room.clock().millis());
        int[] now = verifiedToday.merge(
                peer, new int[] {today, 1}, (was, one) -> was[0] == today ? new int[] {today, was[1] + 1} : one);
        return now[1] <= VERIFIED_PER_DAY_MAX;
    }

    /** One reading of a copy: says how far it is, and ends where nobody waits for it any more. */
    private final class Reading {
        private final String peer;
        private final ByteString id;
        private long said = System.nanoTime();
        private long seen = said;

        Reading(String peer, ByteString id) {
            this.peer = peer;
            this.id = id;
        }

        void told(long files, long bytes, long bytesTotal) {
            long now = System.nanoTime();
            if (now - said >= WAITING_NANOS) {
                said = now;
                send(
                        peer,
                        Control.newBuilder()
                                .setWaiting(Waiting.newBuilder()
                                        .setTransferId(id)
                                        .setState(READING)
                                        .setSentence("it has read " + bytes + " of " + bytesTotal + " bytes, " + files
                                                + " files"))
                                .build());
            }
        }

        boolean stopped() {
            long now = System.nanoTime();
            if (room.transport().session(peer).isPresent()) {
                seen = now;
            }
            return closing || now - seen > LOST_NANOS_MAX;
        }
    }
}
