package dev.carnet.daemon.transport;

import static dev.carnet.daemon.transport.Site.Recorder.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Waiting;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions between two whole transports. */
@Timeout(60)
class SessionTest {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String SOUTH = "spiffe://south.example/carnetd";

    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example", TestPki.ED25519);

    private Plan north() {
        return new Plan(northCa.credentials("carnetd"), TestPki.trust(northCa, southCa));
    }

    private Plan south() {
        return new Plan(southCa.credentials("carnetd"), TestPki.trust(northCa, southCa));
    }

    static Control waiting(int number) {
        return Control.newBuilder()
                .setWaiting(Waiting.newBuilder()
                        .setTransferId(ByteString.copyFrom(new byte[16]))
                        .setState("S" + number)
                        .setCode(Code.BUSY)
                        .setSentence("n"))
                .build();
    }

    @ParameterizedTest
    @CsvSource({"EC,EC", "Ed25519,EC", "EC,Ed25519", "Ed25519,Ed25519", "RSA,EC"})
    void both_sides_know_each_other(String diallerKey, String acceptorKey) {
        Credentials one = northCa.leaf().uri(NORTH).algorithm(diallerKey).credentials();
        Credentials other = southCa.leaf().uri(SOUTH).algorithm(acceptorKey).credentials();
        try (Site south = new Plan(other, TestPki.trust(northCa, southCa))
                        .expects(NORTH)
                        .start();
                Site north = new Plan(one, TestPki.trust(northCa, southCa))
                        .dials(SOUTH, south.address())
                        .start()) {
            Session here = north.up(SOUTH);
            Session there = south.up(NORTH);

            assertThat(here.id()).isEqualTo(there.id()).hasSize(32);
            assertThat(here.dialledHere()).isTrue();
            assertThat(there.dialledHere()).isFalse();
            assertThat(here.peerOrigin()).isEqualTo("carnet.test/log");
            assertThat(here.peer().spiffeId()).isEqualTo(SOUTH);
            assertThat(there.peer().spiffeId()).isEqualTo(NORTH);
            assertThat(here.peer().group()).isEqualTo("X25519MLKEM768");
            assertThat(here.peer().suite()).isEqualTo("TLS_AES_256_GCM_SHA384");
            assertThat(here.peer().exporterSha256()).isEqualTo(there.peer().exporterSha256());
            assertThat(here.peer().keySha256())
                    .isEqualTo(other.keySha256())
                    .isEqualTo(there.peer().localKeySha256());
            assertThat(here.peer().notAfter()).isEqualTo(other.notAfter());
            assertThat(here.peer().chain()).hasSize(1);
            assertThat(north.transport.session(SOUTH)).contains(here);
            assertThat(north.transport.whyNot(SOUTH)).isEmpty();
        }
    }

    @Test
    void messages_come_in_order_in_both_directions() {
        try (Site south = south().expects(NORTH).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            Session here = north.up(SOUTH);
            Session there = south.up(NORTH);
            for (int i = 0; i < 2_000; i++) {
                here.send(waiting(i));
                there.send(waiting(-i));
            }
            for (int i = 0; i < 2_000; i++) {
                assertThat(next(south.heard.messages)).isEqualTo(waiting(i));
                assertThat(next(north.heard.messages)).isEqualTo(waiting(-i));
            }
        }
    }

    @Test
    void a_listener_that_blocks_stops_the_sender_and_loses_nothing() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger sent = new AtomicInteger();
        int count = 4_000;
        String padding = "x".repeat(1_000);
        try (Site south = south().expects(NORTH).start(heard -> heard.onMessage = message -> await(go));
                Site north = north().dials(SOUTH, south.address()).start()) {
            Session here = north.up(SOUTH);
            Thread sender = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < count; i++) {
                    here.send(big(i, padding));
                    sent.incrementAndGet();
                }
            });
            // Three heartbeats and more pass: a peer that is slow is not a peer that is dead.
            Thread.sleep(Site.QUICK.heartbeat().multipliedBy(5).toMillis());
            assertThat(here.open()).isTrue();
            int stopped = sent.get();
            go.countDown();
            sender.join(TimeUnit.SECONDS.toMillis(20));
            for (int i = 0; i < count; i++) {
                assertThat(next(south.heard.messages)).isEqualTo(big(i, padding));
            }
            assertThat(stopped).isBetween(1, count);
        }
    }

    private static Control big(int number, String padding) {
        Control small = waiting(number);
        return small.toBuilder()
                .setWaiting(small.getWaiting().toBuilder().setSentence(padding))
                .build();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A line breaks while a message is still being worked on, and the next session is there before that is done. */
    @Test
    void the_end_of_a_session_is_heard_before_the_beginning_of_the_next() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (Site south = south().expects(NORTH).start(heard -> heard.onMessage = message -> await(go));
                Site north = north().dials(SOUTH, south.address()).start()) {
            Session first = north.up(SOUTH);
            first.send(waiting(1));
            assertThat(next(south.heard.messages)).isEqualTo(waiting(1));
            ((Hub) north.transport).channels().close();
            Site.until(
                    () -> north.transport
                            .session(SOUTH)
                            .filter(session -> !session.id().equals(first.id()))
                            .isPresent(),
                    () -> "it is not dialled again");
            Thread.sleep(300);
            assertThat(south.heard.order).containsExactly("opened " + first.id());
            go.countDown();
            String second = north.up(SOUTH).id();
            Site.until(() -> south.heard.order.size() == 3, () -> south.heard.order.toString());
            assertThat(south.heard.order)
                    .containsExactly("opened " + first.id(), "closed " + first.id(), "opened " + second);
        }
    }

    @Test
    void a_goodbye_reaches_the_other_side_as_a_sentence() {
        try (Site south = south().expects(NORTH).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            Session here = north.up(SOUTH);
            south.up(NORTH).close(Code.BUSY, "come back later");
            assertThat(next(north.heard.closed)).contains(SOUTH, "come back later", "BUSY");
            assertThat(here.open()).isFalse();
            assertThatThrownBy(() -> here.send(waiting(1)))
                    .isInstanceOf(SessionClosedException.class)
                    .hasMessageContaining("come back later");
        }
    }

    @Test
    void what_a_listener_throws_ends_the_session_with_its_code() {
        try (Site south = south().expects(NORTH)
                        .start(heard -> heard.onMessage = message -> {
                            throw new ProtocolException(Code.LIMIT, "too much of it");
                        });
                Site north = north().dials(SOUTH, south.address()).start()) {
            north.up(SOUTH).send(waiting(1));
            assertThat(next(north.heard.closed)).contains("too much of it", "LIMIT");
            assertThat(next(south.heard.closed)).contains("too much of it");
        }
    }

    @Test
    void the_last_messages_arrive_before_the_end() {
        try (Site south = south().expects(NORTH).start(heard -> heard.onMessage = message -> pause());
                Site north = north().dials(SOUTH, south.address()).start()) {
            Session here = north.up(SOUTH);
            for (int i = 0; i < 50; i++) {
                here.send(waiting(i));
            }
            here.close(Code.SHUTTING_DOWN, "bye");
            assertThat(next(south.heard.closed)).contains("bye");
            assertThat(south.heard.messages).hasSize(50);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_peer_that_restarts_is_dialled_again() {
        Site first = south().expects(NORTH).start();
        int port = first.address().getPort();
        try (Site north = north().dials(SOUTH, first.address()).start()) {
            Session before = north.up(SOUTH);
            var _ = first.up(NORTH); // who dialled is up first; only who is up says goodbye
            first.close();
            assertThat(next(north.heard.closed)).contains("shuts down", "SHUTTING_DOWN");
            try (Site _ = south().expects(NORTH).port(port).start()) {
                Session after = north.up(SOUTH);
                assertThat(after.id()).isNotEqualTo(before.id());
            }
        }
    }

    @Test
    void an_address_where_nobody_listens_is_named() {
        try (Site north =
                north().dials(SOUTH, new InetSocketAddress("127.0.0.1", 1)).start()) {
            north.awaitWhyNot(SOUTH, "cannot connect to " + SOUTH + " at 127.0.0.1:1");
        }
    }

    @Test
    void two_dials_at_once_settle_to_one_session() {
        for (int round = 0; round < 5; round++) {
            Site first = south().peers(
                            new PeerSpec(NORTH, List.of(new InetSocketAddress("127.0.0.1", 1)), DialMode.BOTH))
                    .start();
            int southPort = first.address().getPort();
            first.close();
            try (Site north = north().peers(new PeerSpec(
                                    SOUTH, List.of(new InetSocketAddress("127.0.0.1", southPort)), DialMode.BOTH))
                            .start();
                    Site south = south().port(southPort)
                            .peers(new PeerSpec(NORTH, List.of(north.address()), DialMode.BOTH))
                            .start()) {
                Site.until(
                        () -> same(north.transport.session(SOUTH), south.transport.session(NORTH)),
                        () -> north.heard.order + " / " + south.heard.order);
                pause();
                Session here = north.up(SOUTH);
                here.send(waiting(round));
                assertThat(next(south.heard.messages)).isEqualTo(waiting(round));
                assertOneAtATime(north.heard.order);
                assertOneAtATime(south.heard.order);
            }
        }
    }

    private static boolean same(java.util.Optional<Session> one, java.util.Optional<Session> other) {
        return one.isPresent()
                && other.isPresent()
                && one.get().id().equals(other.get().id());
    }

    private static void assertOneAtATime(List<String> order) {
        int open = 0;
        for (String event : order) {
            open += event.startsWith("opened") ? 1 : -1;
            assertThat(open).as(order.toString()).isBetween(0, 1);
        }
    }

    @Test
    void a_session_ends_when_a_certificate_does() {
        Instant end = Instant.now().plus(Duration.ofMinutes(5));
        AtomicInteger served = new AtomicInteger();
        Credentials brief = northCa.leaf()
                .uri(NORTH)
                .valid(Instant.now().minusSeconds(60), end)
                .credentials();
        Credentials renewed = northCa.credentials("carnetd");
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));
        SwitchedClock clock = new SwitchedClock();
        try (Site south = south().expects(NORTH).clock(clock).start();
                Site north = north().credentials(
                                () -> served.getAndIncrement() < 100 && clock.before() ? brief : renewed)
                        .dials(SOUTH, south.address())
                        .start()) {
            Session first = north.up(SOUTH);
            south.up(NORTH);
            clock.set(later);
            assertThat(next(north.heard.closed)).contains("certificate", "has ended", "IDENTITY");
            Site.until(
                    () -> north.transport.session(SOUTH).filter(s -> s != first).isPresent(),
                    () -> "no second session");
            assertThat(next(south.heard.closed)).contains("has ended");
        }
    }

    /** Goes one way, then another. */
    private static final class SwitchedClock extends Clock {
        private volatile Clock now = Clock.systemUTC();
        private volatile boolean switched;

        void set(Clock other) {
            switched = true;
            now = other;
        }

        boolean before() {
            return !switched;
        }

        @Override
        public Instant instant() {
            return now.instant();
        }

        @Override
        public java.time.ZoneId getZone() {
            return now.getZone();
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return now.withZone(zone);
        }
    }

    @Test
    void sending_on_an_event_loop_is_a_bug_that_shows() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        try (Site south = south().expects(NORTH).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            Session here = north.up(SOUTH);
            south.up(NORTH);
            LiveSession live = (LiveSession) here;
            live.link().loop().execute(() -> {
                try {
                    here.send(waiting(1));
                } catch (IllegalStateException e) {
                    seen.countDown();
                }
            });
            assertThat(seen.await(5, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void the_doctor_can_ask_about_tls() {
        try (Site north = north().start()) {
            Site.until(() -> north.transport.tls().wrapMegabytesPerSecond() > 0, () -> "not measured");
            TlsFacts facts = north.transport.tls();
            assertThat(facts.provider()).isEqualTo("SunJCE");
            assertThat(facts.group()).isEqualTo("X25519MLKEM768");
            assertThat(facts.suites()).containsExactly("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256");
        }
    }
}
