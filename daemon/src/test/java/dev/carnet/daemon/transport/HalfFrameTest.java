package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a peer can do to the receive buffers with frames that it begins and does not end. */
@Timeout(60)
class HalfFrameTest {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String EAST = "spiffe://north.example/east";
    private static final String SOUTH = "spiffe://south.example/carnetd";
    private static final int WHOLE = ChunkHeader.CHUNK_BYTES;

    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example");
    private final TrustAnchors trust = TestPki.trust(northCa, southCa);
    private final ChunkPool pool = ChunkPools.create(4L * WHOLE);

    private Plan south() {
        return new Plan(southCa.credentials("carnetd"), trust)
                .peers(new PeerSpec(NORTH, List.of(), DialMode.ACCEPT), new PeerSpec(EAST, List.of(), DialMode.ACCEPT))
                .pool(pool);
    }

    private static Timeouts patience(Duration stall, Duration frame) {
        Timeouts t = Site.QUICK;
        return new Timeouts(
                t.connect(),
                t.handshake(),
                t.hello(),
                t.join(),
                Duration.ofSeconds(10), // the raw peer sends none
                t.streams(),
                t.send(),
                stall,
                frame,
                t.shutdown());
    }

    private JoinedPeer raw(Site south) {
        return new JoinedPeer(south, northCa.credentials("carnetd"), trust, NORTH);
    }

    private void untilInUse(int count) {
        Site.until(() -> pool.inUse() == count, () -> "in use: " + pool.inUse() + ", not " + count);
    }

    @Test
    void a_frame_that_nobody_wants_is_read_without_a_buffer() throws Exception {
        List<PooledChunk> all = new ArrayList<>();
        for (int i = 0; i < pool.capacity(); i++) {
            all.add(pool.acquire(Duration.ZERO).orElseThrow());
        }
        try (Site south = south().start(heard -> heard.wanted = header -> header.file() == 2);
                JoinedPeer peer = raw(south)) {
            RawPeer stream = peer.stream(1);
            for (int i = 0; i < 6; i++) { // more than sockets hold: this ends only where it is read
                stream.write(JoinedPeer.begun(1, WHOLE, WHOLE));
            }
            stream.write(JoinedPeer.begun(1, 1, 1));
            byte[] wanted = JoinedPeer.begun(2, 100_000, 100_000);
            wanted[wanted.length - 1] = 42;
            stream.write(wanted);
            assertThat(south.heard.frames).isEmpty();
            all.forEach(PooledChunk::release);
            Site.Frame frame = Site.Recorder.next(south.heard.frames);
            assertThat(frame.header().file()).isEqualTo(2);
            assertThat(frame.chunk().buffer(0, 100_000).get(99_999)).isEqualTo((byte) 42);
            frame.chunk().release();
            assertThat(south.heard.frames).isEmpty();
            untilInUse(0);
        }
    }

    @Test
    void a_peer_that_begins_many_frames_leaves_a_buffer_to_another() throws Exception {
        try (Site south = south().timeouts(patience(Duration.ofSeconds(20), Duration.ofSeconds(60)))
                        .start();
                JoinedPeer greedy = raw(south)) {
            List<RawPeer> streams = new ArrayList<>();
            for (int i = 1; i <= 6; i++) {
                RawPeer stream = greedy.stream(i);
                stream.write(JoinedPeer.begun(i, 100, 1));
                streams.add(stream);
                untilInUse(Math.min(i, 3));
            }
            try (Site east = new Plan(northCa.credentials("east"), trust)
                    .dials(SOUTH, south.address())
                    .start()) {
                DataStream other = east.up(SOUTH)
                        .streams(1)
                        .toCompletableFuture()
                        .get(10, TimeUnit.SECONDS)
                        .getFirst();
                for (int i = 0; i < 8; i++) {
                    var _ = other.send(StreamTest.header(9, i, WHOLE), ByteBuffer.allocateDirect(WHOLE));
                    Site.Frame frame = Site.Recorder.next(south.heard.frames);
                    assertThat(frame.session().peer().spiffeId()).isEqualTo(EAST);
                    frame.chunk().release();
                }
            }
            assertThat(pool.inUse()).isEqualTo(3);

            streams.get(1).close(); // one that holds, and one that waits
            streams.get(4).close();
            for (int i : List.of(0, 2, 3, 5)) { // the rest go on, those that waited too
                streams.get(i).write(new byte[99]);
                Site.Frame frame = Site.Recorder.next(south.heard.frames);
                assertThat(frame.header().file()).isEqualTo(i + 1);
                frame.chunk().release();
            }
            untilInUse(0);
        }
    }

    @Test
    void places_come_back_however_a_session_ends() throws Exception {
        try (Site south = south().start()) {
            for (int round = 0; round < 3; round++) {
                List<PooledChunk> others = new ArrayList<>();
                for (int i = 0; i < 2; i++) { // so that some wait for the pool and some for a place
                    others.add(pool.acquire(Duration.ZERO).orElseThrow());
                }
                try (JoinedPeer peer = raw(south)) {
                    for (int i = 1; i <= 5; i++) {
                        peer.stream(i).write(JoinedPeer.begun(i, 100, 1));
                    }
                    untilInUse(4);
                }
                Site.Recorder.next(south.heard.closed);
                others.forEach(PooledChunk::release);
                untilInUse(0);
            }
            try (JoinedPeer peer = raw(south)) {
                for (int i = 1; i <= 3; i++) {
                    peer.stream(i).write(JoinedPeer.begun(i, 100, 1));
                    untilInUse(i);
                }
            }
            untilInUse(0);
        }
    }

    @Test
    void a_half_frame_without_another_byte_ends_the_session() throws Exception {
        try (Site south = south().timeouts(patience(Duration.ofMillis(300), Duration.ofSeconds(30)))
                        .start();
                JoinedPeer peer = raw(south)) {
            peer.stream(7).write(JoinedPeer.begun(1, WHOLE, 20_000));
            untilInUse(1);
            Control goodbye = peer.control.readNext();
            assertThat(goodbye.getGoodbye().getCode()).isEqualTo(Code.TIMEOUT);
            assertThat(goodbye.getGoodbye().getSentence())
                    .contains("no byte of a half frame came for 300 ms", "stream 7");
            untilInUse(0);
            assertThat(Site.Recorder.next(south.heard.closed)).contains("half frame");
        }
    }

    @Test
    void a_frame_that_trickles_ends_the_session_in_the_end() throws Exception {
        try (Site south = south().timeouts(patience(Duration.ofSeconds(20), Duration.ofMillis(700)))
                        .start();
                JoinedPeer peer = raw(south)) {
            RawPeer stream = peer.stream(7);
            stream.write(JoinedPeer.begun(1, WHOLE, 1));
            for (int i = 0; i < 6; i++) {
                Thread.sleep(60);
                stream.write(new byte[1]);
            }
            assertThat(pool.inUse()).isEqualTo(1);
            Control goodbye = peer.control.readNext();
            assertThat(goodbye.getGoodbye().getCode()).isEqualTo(Code.TIMEOUT);
            assertThat(goodbye.getGoodbye().getSentence()).contains("a frame was not whole after 700 ms", "stream 7");
            untilInUse(0);
        }
    }

    @Test
    void whoever_holds_no_buffer_or_goes_on_may_take_its_time() throws Exception {
        try (Site south = south().timeouts(patience(Duration.ofSeconds(1), Duration.ofSeconds(30)))
                        .start();
                JoinedPeer peer = raw(south)) {
            RawPeer bare = peer.stream(1);
            RawPeer slow = peer.stream(2);
            bare.write(JoinedPeer.begun(1, 10, 0));
            slow.write(JoinedPeer.begun(2, 10, 1));
            for (int i = 0; i < 9; i++) {
                Thread.sleep(150);
                slow.write(new byte[1]);
            }
            Site.Frame frame = Site.Recorder.next(south.heard.frames);
            assertThat(frame.header().file()).isEqualTo(2);
            frame.chunk().release();
            assertThat(pool.inUse()).as("a header alone").isZero();
            bare.write(new byte[10]);
            Site.Recorder.next(south.heard.frames).chunk().release();
        }
    }
}
