package dev.carnet.daemon.question;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transfer.Holdings;
import dev.carnet.daemon.transfer.Room;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionListener;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Ids;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.CheckpointLine;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.ListPage;
import dev.carnet.proto.wire.v1.ListRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room: between the transport and the transfers, it takes the messages of questions and passes on all others. Owns its threads; what a session's end leaves open ends within seconds.
 */
public final class Questions implements SessionListener, PeerQuestions, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Questions.class);
    private static final Pattern VOLUME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final Duration LIST_WAIT = Duration.ofSeconds(20);
    private static final int CLOSE_SECONDS_MAX = 5;

    private final Room room;
    private final SessionListener transfers;
    private final ExecutorService pool = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("question-", 0).factory());
    private final Answering answering;
    private final Asking asking;
    private final Verifications verifications;
    private final Set<String> testing = ConcurrentHashMap.newKeySet();

    /**
     * Makes the room.
     *
     * @param transfers gets everything that is no question
     * @param failed told what failed and is no refusal
     */
    public Questions(Room room, Holdings holdings, SessionListener transfers, Consumer<Throwable> failed) {
        this.room = room;
        this.transfers = transfers;
        this.answering = new Answering(room, holdings, pool, failed);
        this.asking = new Asking(room);
        this.verifications = new Verifications(room, holdings, asking, pool, failed);
    }

    // ---- for the transport

    @Override
    public void opened(Session session) {
        transfers.opened(session);
        asking.opened(session);
    }

    @Override
    public void closed(Session session, String reason) {
        answering.closed(session);
        asking.closed(session, reason);
        transfers.closed(session, reason);
    }

    @Override
    public void message(Session session, Control message) {
        switch (message.getBodyCase()) {
            case LIST_REQUEST, VERIFY_REQUEST, PROBE, PROBE_END -> answering.message(session, message);
            case LIST_PAGE -> answered(session, message.getListPage().getRequestId(), message);
            case VERIFY_ANSWER -> answered(session, message.getVerifyAnswer().getRequestId(), message);
            case PROBE_READY -> answered(session, message.getProbeReady().getProbeId(), message);
            case PROBE_RESULT -> answered(session, message.getProbeResult().getProbeId(), message);
            case REFUSE -> ours(session, message.getRefuse().getTransferId(), message);
            case WAITING -> ours(session, message.getWaiting().getTransferId(), message);
            default -> transfers.message(session, message);
        }
    }

    /** One that nobody waits for any more is of no use, and no harm. */
    private void answered(Session session, ByteString id, Control message) {
        if (!asking.answered(session, id, message)) {
            log.debug("{} answers what is not asked: {}", session.peer().spiffeId(), message.getBodyCase());
        }
    }

    /** Of a question, or else of a transfer. */
    private void ours(Session session, ByteString id, Control message) {
        if (!asking.answered(session, id, message)) {
            transfers.message(session, message);
        }
    }

    @Override
    public void refused(String peer, Code code, String sentence) {
        transfers.refused(peer, code, sentence);
    }

    @Override
    public boolean wanted(Session session, ChunkHeader header) {
        return !answering.counted(session, header) && transfers.wanted(session, header);
    }

    @Override
    public void chunk(Session session, ChunkHeader header, PooledChunk chunk) {
        transfers.chunk(session, header, chunk);
    }

    // ---- for the local API

    @Override
    public Optional<String> peer(String alias) {
        return Optional.ofNullable(room.settings().peers().get(alias));
    }

    private String known(String alias) {
        return peer(alias)
                .orElseThrow(() -> new TransferException(
                        Code.UNKNOWN_PEER,
                        "no [[peer]] of the configuration has the alias '" + alias + "'; `carnet peers` lists them"));
    }

    @Override
    public PeerPage list(String alias, String volume, String after, int max) {
        String peer = known(alias);
        checkVolume(volume);
        if (after.getBytes(UTF_8).length > Limits.CHECKPOINT_NAME_BYTES_MAX) {
            throw new TransferException(Code.BAD_NAME, "no checkpoint has a name as long as 'after'");
        }
        try (Asked asked = asking.ask(
                peer,
                Kind.LIST,
                id -> Control.newBuilder()
                        .setListRequest(ListRequest.newBuilder()
                                .setRequestId(id)
                                .setVolume(volume)
                                .setAfter(after)
                                .setMax(Math.clamp(max, 1, Limits.LIST_PAGE_MAX)))
                        .build())) {
            return page(
                    peer,
                    after,
                    asked.await(Control.BodyCase.LIST_PAGE, LIST_WAIT).getListPage());
        }
    }

    /** Names in order, each a name: what goes on after the last one must come to an end. */
    private static PeerPage page(String peer, String after, ListPage page) {
        List<PeerPage.Line> lines = new ArrayList<>();
        byte[] before = after.getBytes(UTF_8);
        for (CheckpointLine line : page.getCheckpointsList()) {
            byte[] name = line.getName().getBytes(UTF_8);
            if (Arrays.compareUnsigned(before, name) >= 0 || !good(line.getName())) {
                throw new TransferException(
                        Code.PROTOCOL,
                        peer + " lists names that are out of order, or are none: it does not keep to SPEC");
            }
            before = name;
            lines.add(line(line));
        }
        if (page.getMore() && lines.isEmpty()) {
            throw new TransferException(Code.PROTOCOL, peer + " has more checkpoints to list, and lists none");
        }
        return new PeerPage(lines, page.getMore());
    }

    private static PeerPage.Line line(CheckpointLine line) {
        return new PeerPage.Line(
                line.getName(),
                hex(line.getTreeDigest()),
                hex(line.getContentDigest()),
                line.getLogicalBytes(),
                line.getFiles(),
                Instant.ofEpochSecond(Math.min(line.getSinceSeconds(), SECONDS_MAX)),
                line.getPartOf().isEmpty() ? null : hex(line.getPartOf()));
    }

    /** The end of the year 9999, the last one that can be written. */
    private static final long SECONDS_MAX = 253_402_300_799L;

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    private static boolean good(String name) {
        try {
            var _ = CheckpointName.of(name);
            return true;
        } catch (VolumeException e) {
            return false;
        }
    }

    private static void checkVolume(String volume) {
        if (!VOLUME.matcher(volume).matches()) {
            throw new TransferException(Code.BAD_NAME, "'" + volume + "' is no name of a volume");
        }
    }

    @Override
    public PeerJob verify(String alias, String volume, String name, String principal) {
        String peer = known(alias);
        checkVolume(volume);
        if (!good(name)) {
            throw new TransferException(Code.BAD_NAME, "'" + name + "' is no name of a checkpoint");
        }
        return verifications.start(alias, peer, volume, name, principal);
    }

    @Override
    public Optional<PeerJob> job(String id) {
        return Ids.isId(id) ? verifications.find(id) : Optional.empty();
    }

    @Override
    public Optional<PeerJob> cancel(String id) {
        return verifications.cancel(id);
    }

    @Override
    public List<PeerJob> jobs() {
        return verifications.list();
    }

    @Override
    public PeerReport test(String alias, int seconds, int streams) {
        String peer = known(alias);
        if (!testing.add(peer)) {
            throw new TransferException(Code.BUSY, "a test of " + alias + " is running already: wait for it");
        }
        try {
            return new PeerTest(room, asking, Kernel.system(), alias, peer).run(seconds, streams);
        } finally {
            testing.remove(peer);
        }
    }

    /** Takes no more questions, and ends what is open while the sessions are still up. */
    public void quiesce() {
        answering.close();
        asking.close();
    }

    /** Ends what is open, in a few seconds. Called after the transport has closed. */
    @Override
    public void close() {
        quiesce();
        pool.shutdown();
        try {
            if (!pool.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
                log.warn("a question is still being worked on after {} s; it is left behind", CLOSE_SECONDS_MAX);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
