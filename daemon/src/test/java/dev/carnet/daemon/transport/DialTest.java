package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers with several addresses, of which some are holes. No limit of a connection ends before the test's patience: whoever waits for a hole gets nowhere. */
@Timeout(60)
class DialTest {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String SOUTH = "spiffe://south.example/carnetd";
    private static final Duration FOR_EVER = Duration.ofMinutes(5);

    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example");

    private Plan north(DialMode mode, InetSocketAddress... addresses) {
        Timeouts t = Site.QUICK;
        return new Plan(northCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                .peers(new PeerSpec(SOUTH, List.of(addresses), mode))
                .timeouts(new Timeouts(
                        FOR_EVER,
                        FOR_EVER,
                        FOR_EVER,
                        t.join(),
                        t.heartbeat(),
                        t.streams(),
                        t.send(),
                        t.stall(),
                        t.frame(),
                        t.shutdown()));
    }

    private Plan south() {
        return new Plan(southCa.credentials("carnetd"), TestPki.trust(northCa, southCa)).expects(NORTH);
    }

    private static InetSocketAddress addressOf(ServerSocket socket) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    private static InetSocketAddress nobody() throws IOException {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return addressOf(closed);
        }
    }

    /** A port whose kernel drops every SYN, as a firewall does: its backlog is full. */
    private static final class BlackHole implements AutoCloseable {
        private final ServerSocket listening;
        private final List<Socket> fill = new ArrayList<>();

        BlackHole() throws IOException {
            listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            while (true) {
                Socket socket = new Socket();
                fill.add(socket);
                try {
                    socket.connect(address(), 300);
                } catch (SocketTimeoutException full) {
                    return;
                }
                assertThat(fill).as("connections that a backlog of 1 takes").hasSizeLessThan(16);
            }
        }

        InetSocketAddress address() {
            return addressOf(listening);
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : fill) {
                socket.close();
            }
            listening.close();
        }
    }

    /** Passes bytes on between two ports once it is told to; accepts at once. */
    private static final class Relay implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        private final CountDownLatch open = new CountDownLatch(1);
        private final InetSocketAddress to;

        Relay(InetSocketAddress to) throws IOException {
            this.to = to;
            Thread.ofVirtual().start(this::accept);
        }

        private void accept() {
            while (!listening.isClosed()) {
                try {
                    Socket from = listening.accept();
                    Thread.ofVirtual().start(() -> relay(from));
                } catch (IOException e) {
                    return;
                }
            }
        }

        private void relay(Socket from) {
            try (from;
                    Socket on = new Socket(to.getAddress(), to.getPort())) {
                open.await();
                Thread back = Thread.ofVirtual().start(() -> copy(on, from));
                copy(from, on);
                back.join();
            } catch (IOException | InterruptedException e) {
                // one end is gone, and both are closed
            }
        }

        private static void copy(Socket from, Socket on) {
            try (InputStream in = from.getInputStream();
                    OutputStream out = on.getOutputStream()) {
                in.transferTo(out);
            } catch (IOException e) {
                // the same
            }
        }

        @Override
        public void close() throws IOException {
            open.countDown();
            listening.close();
        }
    }

    private static void assertConnections(Site site, int count) {
        Site.until(
                () -> ((Hub) site.transport).channels().size() == count,
                () -> ((Hub) site.transport).channels().toString());
    }

    @Test
    void a_black_hole_does_not_hold_up_the_address_behind_it() throws Exception {
        try (BlackHole hole = new BlackHole();
                BlackHole other = new BlackHole();
                Site south = south().start();
                Site north = north(DialMode.DIAL, hole.address(), other.address(), south.address())
                        .start()) {
            Session session = north.up(SOUTH);
            assertConnections(north, 1);
            assertThat(session.open()).isTrue();
        }
    }

    @Test
    void a_daemon_that_never_answers_does_not_hold_up_the_address_behind_it() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                Site south = south().start();
                Site north =
                        north(DialMode.DIAL, addressOf(silent), south.address()).start()) {
            var _ = north.up(SOUTH);
            assertConnections(north, 1);
        }
    }

    @Test
    void an_address_that_refuses_is_tried_again_while_a_black_hole_is_pending() throws Exception {
        InetSocketAddress down = nobody();
        try (BlackHole hole = new BlackHole();
                Site north = north(DialMode.DIAL, hole.address(), down).start()) {
            north.awaitWhyNot(SOUTH, "cannot connect to " + SOUTH + " at 127.0.0.1:" + down.getPort());
            assertConnections(north, 1); // the hole is dialled once, however many rounds there are
            Thread.sleep(Redialler.STAGGER.multipliedBy(3).toMillis());
            assertConnections(north, 1);
            try (Site _ = south().port(down.getPort()).start()) {
                var _ = north.up(SOUTH);
                assertConnections(north, 1);
            }
        }
    }

    @Test
    void addresses_that_refuse_are_gone_through_at_once_and_each_is_named() throws Exception {
        InetSocketAddress one = nobody();
        InetSocketAddress other = nobody();
        try (Site south = south().start();
                Site north = north(DialMode.DIAL, one, other).start()) {
            north.awaitWhyNot(SOUTH, "127.0.0.1:" + one.getPort());
            north.awaitWhyNot(SOUTH, "127.0.0.1:" + other.getPort());
            assertThat(south.heard.order).isEmpty();
        }
    }

    @Test
    void of_two_that_come_through_one_becomes_the_session() throws Exception {
        try (Site south = south().start();
                Relay slow = new Relay(south.address());
                Site north = north(DialMode.DIAL, addressOf(slow.listening), addressOf(slow.listening), south.address())
                        .start()) {
            Session session = north.up(SOUTH);
            slow.open.countDown(); // what was on its way in it comes through now
            assertConnections(north, 1);
            assertConnections(south, 1);
            Thread.sleep(300);
            assertOpenedOnce(south, session);
            assertThat(session.open()).isTrue();
        }
    }

    /** The claim itself: both Hellos are on their way at once, so that no dial can be ended before. */
    @Test
    void of_two_that_come_through_together_one_becomes_the_session() throws Exception {
        try (Site south = south().start();
                Relay one = new Relay(south.address());
                Relay other = new Relay(south.address());
                Site north = north(DialMode.DIAL, addressOf(one.listening), addressOf(other.listening))
                        .start()) {
            assertConnections(north, 2);
            one.open.countDown();
            other.open.countDown();
            Session session = north.up(SOUTH);
            assertConnections(north, 1);
            assertConnections(south, 1);
            assertOpenedOnce(south, session);
            assertThat(session.open()).isTrue();
        }
    }

    /** It hears of it a moment after the side that dialled. */
    private static void assertOpenedOnce(Site site, Session session) {
        Site.until(() -> !site.heard.order.isEmpty(), () -> "no session was opened");
        assertThat(site.heard.order).containsExactly("opened " + session.id());
    }

    @Test
    void a_name_with_several_addresses_is_gone_through() throws Exception {
        // both addresses of the name may be the same port of loopback: what counts is that it comes through, once
        try (Site south = south().start();
                Site north = north(
                                DialMode.DIAL,
                                InetSocketAddress.createUnresolved("no-such-name.invalid", 7443),
                                InetSocketAddress.createUnresolved(
                                        "localhost", south.address().getPort()))
                        .start()) {
            Session session = north.up(SOUTH);
            assertConnections(north, 1);
            assertOpenedOnce(south, session);
        }
    }

    @Test
    void a_dial_under_way_ends_with_the_peer_that_is_configured_no_more() throws Exception {
        try (BlackHole hole = new BlackHole();
                Site north = north(DialMode.DIAL, hole.address()).start()) {
            assertConnections(north, 1);
            north.transport.reload(new TransportTrust(
                    TestPki.trust(northCa, southCa), dev.carnet.proto.identity.Revocations.NONE, List.of()));
            assertConnections(north, 0);
        }
    }
}
