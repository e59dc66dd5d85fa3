package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.identity.Revocations;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Extension;
import dev.carnet.proto.wire.v1.Goodbye;
import dev.carnet.proto.wire.v1.Heartbeat;
import dev.carnet.proto.wire.v1.Hello;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an authenticated peer may say on a control connection, and what ends it. */
@Timeout(60)
class ControlProtocolTest {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String SOUTH = "spiffe://south.example/carnetd";

    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example");
    private final TrustAnchors trust = TestPki.trust(northCa, southCa);
    private final Credentials north = northCa.credentials("carnetd");
    private Site south;

    @BeforeEach
    void listen() {
        Timeouts t = Site.QUICK;
        south = new Plan(southCa.credentials("carnetd"), trust)
                .expects(NORTH)
                .timeouts(new Timeouts(
                        t.connect(),
                        Duration.ofSeconds(5),
                        Duration.ofMillis(600),
                        t.join(),
                        Duration.ofMillis(200),
                        t.streams(),
                        t.send(),
                        t.stall(),
                        t.frame(),
                        t.shutdown()))
                .start();
    }

    @AfterEach
    void stop() {
        south.close();
    }

    private RawPeer connect() {
        return RawPeer.connect(south.address(), north, trust, Protocols.Alpn.CONTROL);
    }

    private static Hello.Builder goodHello() {
        return Hello.newBuilder()
                .setVersionMin(1)
                .setVersionMax(3)
                .setSpiffeId(NORTH)
                .setLogOrigin("north.example/log")
                .setSoftware("raw")
                .setStreamsMax(4);
    }

    private static Control control(Hello.Builder hello) {
        return Control.newBuilder().setHello(hello).build();
    }

    @Test
    void the_acceptor_speaks_first() {
        try (RawPeer peer = connect()) {
            Hello hello = peer.read().getHello();
            assertThat(hello.getSpiffeId()).isEqualTo(SOUTH);
            assertThat(hello.getSessionId().size()).isEqualTo(16);
            assertThat(hello.getVersionMin()).isEqualTo(1);
            assertThat(hello.getVersionMax()).isEqualTo(1);
            assertThat(hello.getStreamsMax()).isEqualTo(8);
        }
    }

    @Test
    void trust_that_changes_between_the_two_hellos_counts() {
        try (RawPeer peer = connect()) {
            assertThat(peer.read().hasHello()).isTrue();
            south.transport.reload(new TransportTrust(trust, Revocations.NONE, List.of()));
            peer.write(control(goodHello()));
            assertThat(peer.readNext().getGoodbye().getCode()).isEqualTo(Code.UNKNOWN_PEER);
        }
    }

    /** After a Hello changed like this. */
    private Goodbye turnedAway(UnaryOperator<Hello.Builder> change) {
        try (RawPeer peer = connect()) {
            assertThat(peer.read().hasHello()).isTrue();
            peer.write(control(change.apply(goodHello())));
            Goodbye goodbye = peer.readNext().getGoodbye();
            assertThat(south.heard.opened).isEmpty();
            return goodbye;
        }
    }

    @Test
    void a_hello_with_another_id_is_an_identity_error() {
        Goodbye goodbye = turnedAway(hello -> hello.setSpiffeId(SOUTH));
        assertThat(goodbye.getCode()).isEqualTo(Code.IDENTITY);
        assertThat(goodbye.getSentence()).contains(NORTH, SOUTH);
        south.awaitWhyNot(NORTH, "IDENTITY");
    }

    @Test
    void no_version_in_common_is_said() {
        Goodbye goodbye = turnedAway(hello -> hello.setVersionMin(2));
        assertThat(goodbye.getCode()).isEqualTo(Code.VERSION);
        assertThat(goodbye.getSentence()).contains("2 to 3", "update");
    }

    @Test
    void a_critical_extension_that_is_not_known_is_said() {
        Goodbye goodbye = turnedAway(hello ->
                hello.addExtensions(Extension.newBuilder().setName("moon").setCritical(true)));
        assertThat(goodbye.getCode()).isEqualTo(Code.CRITICAL_EXTENSION);
        assertThat(goodbye.getSentence()).contains("moon");
    }

    @Test
    void a_dialler_makes_no_session_ids() {
        Goodbye goodbye = turnedAway(hello -> hello.setSessionId(ByteString.copyFrom(new byte[16])));
        assertThat(goodbye.getCode()).isEqualTo(Code.PROTOCOL);
    }

    @Test
    void a_message_before_hello_is_a_protocol_error() {
        try (RawPeer peer = connect()) {
            peer.write(Messages.heartbeat(1, false));
            assertThat(peer.read().hasHello()).isTrue();
            Goodbye goodbye = peer.read().getGoodbye();
            assertThat(goodbye.getCode()).isEqualTo(Code.PROTOCOL);
            assertThat(goodbye.getSentence()).contains("before Hello");
        }
    }

    @Test
    void frames_beyond_their_limits_end_it_before_anything_is_allocated() {
        for (int length : new int[] {0, 4097, 65_537, -1, Integer.MAX_VALUE}) {
            try (RawPeer peer = connect()) {
                assertThat(peer.read().hasHello()).isTrue();
                peer.write(ByteBuffer.allocate(4).putInt(length).array());
                assertThat(peer.read().getGoodbye().getCode()).isEqualTo(Code.PROTOCOL);
            }
        }
        try (RawPeer peer = established()) {
            peer.write(ByteBuffer.allocate(4).putInt(65_537).array());
            Goodbye goodbye = peer.readNext().getGoodbye();
            assertThat(goodbye.getCode()).isEqualTo(Code.PROTOCOL);
            assertThat(goodbye.getSentence()).contains("65537");
        }
    }

    private RawPeer established() {
        RawPeer peer = connect();
        assertThat(peer.read().hasHello()).isTrue();
        peer.write(control(goodHello()));
        south.up(NORTH);
        return peer;
    }

    @Test
    void a_second_hello_is_a_protocol_error() {
        try (RawPeer peer = established()) {
            peer.write(control(goodHello()));
            assertThat(peer.readNext().getGoodbye().getSentence()).contains("second Hello");
        }
    }

    @Test
    void garbage_is_a_protocol_error() {
        try (RawPeer peer = established()) {
            peer.write(new byte[] {0, 0, 0, 3, (byte) 0xff, (byte) 0xff, (byte) 0xff});
            assertThat(peer.readNext().getGoodbye().getCode()).isEqualTo(Code.PROTOCOL);
        }
    }

    @Test
    void streams_are_not_asked_of_the_acceptor() {
        try (RawPeer peer = established()) {
            peer.write(Messages.needStreams(3));
            assertThat(peer.readNext().getGoodbye().getSentence()).contains("NeedStreams");
        }
    }

    @Test
    void who_says_no_hello_is_given_up() {
        try (RawPeer peer = connect()) {
            assertThat(peer.read().hasHello()).isTrue();
            Goodbye goodbye = peer.read().getGoodbye();
            assertThat(goodbye.getCode()).isEqualTo(Code.TIMEOUT);
            south.awaitWhyNot(NORTH, "no Hello within 600 ms");
        }
    }

    @Test
    void heartbeats_are_sent_and_answered_and_missing_ones_end_the_session() {
        try (RawPeer peer = established()) {
            peer.write(Messages.heartbeat(77, false));
            boolean answered = false;
            boolean asked = false;
            while (!answered || !asked) {
                Heartbeat heartbeat = peer.read().getHeartbeat();
                answered |= heartbeat.getAnswer() && heartbeat.getSequence() == 77;
                asked |= !heartbeat.getAnswer() && heartbeat.getSequence() > 0;
            }
            Goodbye goodbye = peer.readNext().getGoodbye();
            assertThat(goodbye.getCode()).isEqualTo(Code.TIMEOUT);
            assertThat(goodbye.getSentence()).contains("nothing was heard of " + NORTH + " for 600 ms");
        }
    }

    @Test
    void a_newer_connection_of_the_same_dialler_replaces_the_older() {
        try (RawPeer older = established();
                RawPeer newer = connect()) {
            String before = south.up(NORTH).id();
            newer.read();
            newer.write(control(goodHello()));
            assertThat(older.readNext().getGoodbye().getCode()).isEqualTo(Code.REPLACED);
            Site.until(() -> !south.up(NORTH).id().equals(before), () -> "still the older");
            newer.write(SessionTest.waiting(5));
            assertThat(Site.Recorder.next(south.heard.messages)).isEqualTo(SessionTest.waiting(5));
        }
    }

    @Test
    void who_vanishes_without_a_word_is_noticed() {
        try (RawPeer peer = established()) {
            peer.close();
            assertThat(Site.Recorder.next(south.heard.closed)).contains("closed");
        }
    }

    @Test
    void sentences_of_a_peer_are_shown_without_control_characters() {
        try (RawPeer peer = established()) {
            peer.write(Messages.goodbye(Code.BUSY, "red\u001b[31m"));
            assertThat(Site.Recorder.next(south.heard.closed))
                    .doesNotContain("\u001b")
                    .contains("red");
        }
    }
}
