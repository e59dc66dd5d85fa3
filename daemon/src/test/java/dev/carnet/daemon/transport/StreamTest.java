package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.JoinFrame;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Data streams between two whole transports, and joins by a peer that cheats. */
@Timeout(90)
class StreamTest {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String SOUTH = "spiffe://south.example/carnetd";

    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example");
    private final TrustAnchors trust = TestPki.trust(northCa, southCa);

    private Plan north() {
        return new Plan(northCa.credentials("carnetd"), trust);
    }

    private Plan south() {
        return new Plan(southCa.credentials("carnetd"), trust);
    }

    static ChunkHeader header(int file, int chunk, int bytes) {
        return new ChunkHeader(
                ChunkHeader.KIND_DATA, ChunkHeader.CODEC_RAW, 1, new byte[16], file, chunk, bytes, bytes, new byte[32]);
    }

    private static List<DataStream> streams(Session session, int count) throws Exception {
        return session.streams(count).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static String digest(ByteBuffer bytes) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(bytes);
            return HexFormat.of().formatHex(sha.digest());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void sixty_four_mebibytes_each_way_over_four_streams_through_two_buffers() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Site south = south().expects(NORTH)
                        .pool(ChunkPools.create(2L * ChunkHeader.CHUNK_BYTES))
                        .start();
                Site north = north().dials(SOUTH, south.address())
                        .pool(ChunkPools.create(2L * ChunkHeader.CHUNK_BYTES))
                        .start()) {
            Map<String, String> atSouth = collect(south);
            Map<String, String> atNorth = collect(north);
            List<DataStream> out = streams(north.up(SOUTH), 4);
            List<DataStream> back = streams(south.up(NORTH), 4);
            assertThat(out).hasSize(4);
            assertThat(back).hasSize(4);

            Map<String, String> sentOut = new ConcurrentHashMap<>();
            Map<String, String> sentBack = new ConcurrentHashMap<>();
            CompletableFuture<Void> one = CompletableFuture.runAsync(
                    () -> send(out, sentOut, new Random(random.nextLong())), Thread::startVirtualThread);
            CompletableFuture<Void> other = CompletableFuture.runAsync(
                    () -> send(back, sentBack, new Random(random.nextLong())), Thread::startVirtualThread);
            CompletableFuture.allOf(one, other).get(60, TimeUnit.SECONDS);

            Site.until(
                    () -> atSouth.size() == sentOut.size() && atNorth.size() == sentBack.size(),
                    () -> "seed " + seed + ": " + atSouth.size() + " and " + atNorth.size() + " arrived");
            assertThat(atSouth).as("seed " + seed).isEqualTo(sentOut);
            assertThat(atNorth).as("seed " + seed).isEqualTo(sentBack);
            assertThat(out.stream().mapToLong(DataStream::wireBytesSent).sum()).isGreaterThan(64L << 20);
        }
    }

    /** Digests of what arrives, by header; buffers go back after a while, so that they are scarce. */
    private static Map<String, String> collect(Site site) {
        Map<String, String> arrived = new ConcurrentHashMap<>();
        site.heard.onFrame = frame -> Thread.startVirtualThread(() -> {
            ChunkHeader header = frame.header();
            String digest = digest(frame.chunk().buffer(0, header.wireLength()));
            frame.chunk().release();
            arrived.put(header.file() + "/" + header.chunk(), digest);
        });
        return arrived;
    }

    /** 16 whole chunks, and small ones of every awkward size between them. */
    private static void send(List<DataStream> streams, Map<String, String> sent, Random random) {
        ChunkPool pool = ChunkPools.create(3L * ChunkHeader.CHUNK_BYTES);
        int[] odd = {1, 71, 72, 73, 16_384, 16_312, 16_313, 114_688, 114_617, 4_194_303};
        for (int i = 0; i < 40; i++) {
            int bytes = i % 5 < 2 ? ChunkHeader.CHUNK_BYTES : odd[random.nextInt(odd.length)];
            PooledChunk chunk = pool.acquire(Duration.ofSeconds(20)).orElseThrow();
            ByteBuffer payload = chunk.buffer(0, bytes);
            byte[] filling = new byte[bytes];
            random.nextBytes(filling);
            payload.put(0, filling);
            sent.put(1 + "/" + i, digest(payload.duplicate()));
            streams.get(i % streams.size())
                    .send(header(1, i, bytes), payload)
                    .whenComplete((done, failure) -> chunk.release());
        }
    }

    @Test
    void the_side_that_was_dialled_gets_its_streams_too() throws Exception {
        try (Site south = south().expects(NORTH).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            north.up(SOUTH);
            List<DataStream> streams = streams(south.up(NORTH), 3);
            assertThat(streams).hasSizeGreaterThanOrEqualTo(3);
            assertThat(streams.stream().map(DataStream::number).distinct().count())
                    .isEqualTo(streams.size());
        }
    }

    @Test
    void no_side_gets_more_streams_than_the_other_takes() throws Exception {
        try (Site south = south().expects(NORTH).streamsMax(3).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            assertThat(streams(north.up(SOUTH), 64)).hasSize(3);
        }
    }

    @Test
    void who_asks_for_fewer_streams_than_are_open_gets_fewer() throws Exception {
        try (Site south = south().expects(NORTH).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            List<DataStream> all = streams(north.up(SOUTH), 4);
            assertThat(all).hasSize(4);
            assertThat(streams(north.up(SOUTH), 1)).hasSize(1).isSubsetOf(all);
            assertThat(streams(south.up(NORTH), 2)).hasSize(2);
            assertThat(streams(north.up(SOUTH), 4)).containsExactlyInAnyOrderElementsOf(all);
        }
    }

    @Test
    void a_dial_that_fails_is_told_to_those_only_who_cannot_do_without() throws Exception {
        // one handshake at a time: the refusal comes before the others have joined
        try (Site south = south().expects(NORTH).pendingMax(1).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            Session session = north.up(SOUTH);
            // the first stream that north dials will be refused
            assertThat(((LiveSession) south.up(NORTH)).streamSet().reserve(1)).isNull();
            CompletionStage<List<DataStream>> three = session.streams(3);
            CompletionStage<List<DataStream>> two = session.streams(2);
            assertThat(two.toCompletableFuture().get(10, TimeUnit.SECONDS)).hasSize(2);
            assertThatThrownBy(() -> three.toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SessionClosedException.class)
                    .hasMessageContaining("stream 1", "used already");
            assertThat(streams(session, 3)).hasSize(3);
        }
    }

    @Test
    void an_empty_pool_stops_the_sender_and_a_free_buffer_starts_it() throws Exception {
        ChunkPool scarce = ChunkPools.create(ChunkHeader.CHUNK_BYTES);
        try (Site south = south().expects(NORTH).pool(scarce).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            DataStream stream = streams(north.up(SOUTH), 1).getFirst();
            ByteBuffer payload = ByteBuffer.allocateDirect(ChunkHeader.CHUNK_BYTES);
            List<CompletableFuture<Void>> sent = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                sent.add(stream.send(header(1, i, ChunkHeader.CHUNK_BYTES), payload.duplicate())
                        .toCompletableFuture());
            }
            Site.Frame first = Site.Recorder.next(south.heard.frames);
            Thread.sleep(300);
            assertThat(south.heard.frames).isEmpty();
            assertThat(scarce.inUse()).isEqualTo(1);
            assertThat(sent.stream().filter(CompletableFuture::isDone).count())
                    .as("what sockets alone may hold")
                    .isLessThan(24);
            first.chunk().release();
            for (int i = 1; i < 24; i++) {
                Site.Frame frame = Site.Recorder.next(south.heard.frames);
                assertThat(frame.header().chunk()).isEqualTo(i);
                frame.chunk().release();
            }
            CompletableFuture.allOf(sent.toArray(new CompletableFuture<?>[0])).get(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void buffers_come_back_when_a_session_ends_in_the_middle_of_a_chunk() throws Exception {
        ChunkPool pool = ChunkPools.create(ChunkHeader.CHUNK_BYTES);
        try (Site south = south().expects(NORTH).pool(pool).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            Session session = north.up(SOUTH);
            List<DataStream> streams = streams(session, 3);
            ByteBuffer payload = ByteBuffer.allocateDirect(ChunkHeader.CHUNK_BYTES);
            List<CompletableFuture<Void>> sent = new ArrayList<>();
            for (DataStream stream : streams) {
                for (int i = 0; i < 8; i++) {
                    sent.add(stream.send(header(1, i, ChunkHeader.CHUNK_BYTES), payload.duplicate())
                            .toCompletableFuture());
                }
            }
            Site.Frame first = Site.Recorder.next(south.heard.frames);
            session.close(Code.BUSY, "enough");
            Site.Recorder.next(south.heard.closed);
            first.chunk().release();
            Site.until(() -> streams.stream().noneMatch(DataStream::open), () -> "still open");
            Site.until(() -> sent.stream().allMatch(CompletableFuture::isDone), () -> "a send is left hanging");
            south.heard.frames.forEach(frame -> frame.chunk().release());
            Site.until(() -> pool.inUse() == 0, () -> "in use: " + pool.inUse());
            assertThatThrownBy(() -> streams.getFirst()
                            .send(header(1, 9, 5), ByteBuffer.allocateDirect(5))
                            .toCompletableFuture()
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SessionClosedException.class);
        }
    }

    @Test
    void a_wrong_header_ends_the_session_with_its_reason() throws Exception {
        try (Site south = south().expects(NORTH).start();
                JoinedPeer peer = new JoinedPeer(south, northCa.credentials("carnetd"), trust, NORTH)) {
            RawPeer stream = peer.join(1);
            assertThat(peer.answer(stream).accepted()).isTrue();
            byte[] frame = new byte[ChunkHeader.BYTES];
            header(1, 1, 1).write(ByteBuffer.wrap(frame));
            frame[0] = 9;
            stream.write(frame);
            Control goodbye = peer.control.readNext();
            assertThat(goodbye.getGoodbye().getCode()).isEqualTo(Code.PROTOCOL);
            assertThat(goodbye.getGoodbye().getSentence()).contains("kind 9", "stream 1");
        }
    }

    @Test
    void a_stream_number_is_used_once() throws Exception {
        try (Site south = south().expects(NORTH).start();
                JoinedPeer peer = new JoinedPeer(south, northCa.credentials("carnetd"), trust, NORTH)) {
            RawPeer first = peer.join(7);
            assertThat(peer.answer(first).accepted()).isTrue();
            assertThat(peer.answer(peer.join(7)).sentence()).contains("used already");
            first.close();
            assertThat(peer.answer(peer.join(7)).sentence()).contains("used already");
        }
    }

    @Test
    void a_join_that_was_overheard_is_worth_nothing_on_another_connection() throws Exception {
        try (Site south = south().expects(NORTH).start();
                JoinedPeer peer = new JoinedPeer(south, northCa.credentials("carnetd"), trust, NORTH)) {
            RawPeer one = peer.connect(peer.own);
            RawPeer other = peer.connect(peer.own);
            other.write(JoinFrame.make(peer.control.joinKey, peer.sessionId, 1, one.joinStream)
                    .encode());
            assertThat(peer.answer(other).sentence()).contains("does not verify");
            assertThat(peer.answer(peer.join(1)).accepted())
                    .as("the number is not used up")
                    .isTrue();
        }
    }

    @Test
    void a_join_with_a_wrong_mac_or_session_is_refused() throws Exception {
        try (Site south = south().expects(NORTH).start();
                JoinedPeer peer = new JoinedPeer(south, northCa.credentials("carnetd"), trust, NORTH)) {
            RawPeer wrong = peer.connect(peer.own);
            byte[] frame = JoinFrame.make(peer.control.joinKey, peer.sessionId, 1, wrong.joinStream)
                    .encode();
            frame[51] ^= 1;
            wrong.write(frame);
            assertThat(peer.answer(wrong).sentence()).contains("does not verify");

            RawPeer unknown = peer.connect(peer.own);
            unknown.write(JoinFrame.make(peer.control.joinKey, new byte[16], 1, unknown.joinStream)
                    .encode());
            assertThat(peer.answer(unknown).sentence())
                    .contains("there is no session 00000000000000000000000000000000");
        }
    }

    @Test
    void a_peer_cannot_join_anothers_session() throws Exception {
        String east = "spiffe://north.example/east";
        try (Site south = south().peers(
                                new PeerSpec(NORTH, List.of(), DialMode.ACCEPT),
                                new PeerSpec(east, List.of(), DialMode.ACCEPT))
                        .start();
                JoinedPeer peer = new JoinedPeer(south, northCa.credentials("carnetd"), trust, NORTH)) {
            RawPeer thief = peer.connect(northCa.credentials("east"));
            thief.write(JoinFrame.make(peer.control.joinKey, peer.sessionId, 1, thief.joinStream)
                    .encode());
            assertThat(peer.answer(thief).sentence()).contains("does not verify");
            assertThat(Site.Recorder.next(south.heard.refused)).startsWith(east + " PROTOCOL the join of session");
        }
    }

    @Test
    void more_streams_than_were_announced_are_refused() throws Exception {
        try (Site south = south().expects(NORTH).streamsMax(2).start();
                JoinedPeer peer = new JoinedPeer(south, northCa.credentials("carnetd"), trust, NORTH)) {
            assertThat(peer.answer(peer.join(1)).accepted()).isTrue();
            assertThat(peer.answer(peer.join(2)).accepted()).isTrue();
            assertThat(peer.answer(peer.join(3)).sentence()).contains("2 streams at most");
        }
    }

    @Test
    void who_does_not_join_or_says_too_much_is_given_up() throws Exception {
        Timeouts t = Site.QUICK;
        try (Site south = south().expects(NORTH)
                        .timeouts(new Timeouts(
                                t.connect(),
                                t.handshake(),
                                t.hello(),
                                Duration.ofMillis(300),
                                t.heartbeat(),
                                t.streams(),
                                t.send(),
                                t.stall(),
                                t.frame(),
                                t.shutdown()))
                        .start();
                JoinedPeer peer = new JoinedPeer(south, northCa.credentials("carnetd"), trust, NORTH)) {
            assertThat(peer.answer(peer.connect(peer.own)).sentence()).contains("no join within 300 ms");
            RawPeer eager = peer.connect(peer.own);
            byte[] join = JoinFrame.make(peer.control.joinKey, peer.sessionId, 1, eager.joinStream)
                    .encode();
            eager.write(Arrays.copyOf(join, join.length + 1));
            assertThat(peer.answer(eager).sentence()).contains("bytes behind the join");
        }
    }
}
