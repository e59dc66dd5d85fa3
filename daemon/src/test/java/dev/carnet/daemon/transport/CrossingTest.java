package dev.carnet.daemon.transport;

import static dev.carnet.daemon.transport.Site.Recorder.next;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two sides that dial each other at the same instant, many times: one session is left each time, the same at both ends. The seed is printed, and {@code -Dcarnet.seed=N} repeats it. */
@Timeout(120)
class CrossingTest {
    private static final int ROUNDS = 40;

    private final Ca eastCa = new Ca("east.example");
    private final Ca westCa = new Ca("west.example");

    private Plan plan(Ca ca, int port, String peer, InetSocketAddress way) {
        return new Plan(ca.credentials("carnetd"), TestPki.trust(eastCa, westCa))
                .port(port)
                .peers(new PeerSpec(peer, List.of(way), DialMode.BOTH));
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Optional<Session> settled(Site one, String itsPeer, Site other, String othersPeer) {
        Optional<Session> here = one.transport.session(itsPeer);
        Optional<Session> there = other.transport.session(othersPeer);
        return here.filter(session -> there.isPresent() && there.get().id().equals(session.id()));
    }

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void of_two_sessions_one_is_left_at_both_ends(int shift) throws Exception {
        long seed = Long.getLong("carnet.seed", System.nanoTime()) + shift;
        System.err.println("carnet.seed=" + seed);
        String east = "spiffe://east.example/carnetd";
        String west = "spiffe://west.example/carnetd";
        try (Crossing crossing = new Crossing(seed);
                Site eastern = plan(eastCa, freePort(), west, crossing.way(0)).start();
                Site western = plan(westCa, freePort(), east, crossing.way(1)).start()) {
            crossing.leads(0, western.address());
            crossing.leads(1, eastern.address());
            String last = "";
            for (int round = 0; round < ROUNDS; round++) {
                crossing.cut();
                String before = last;
                String reason = "round " + round;
                Site.until(
                        () -> settled(eastern, west, western, east)
                                        .filter(session -> !session.id().equals(before))
                                        .isPresent()
                                && alone(eastern)
                                && alone(western),
                        () -> reason + " " + eastern.heard.order + " / " + western.heard.order + " "
                                + ((Hub) eastern.transport).channels() + ((Hub) western.transport).channels());
                Session here = eastern.up(west);
                Session there = western.up(east);
                assertThat(here.id()).as(reason).isEqualTo(there.id());
                last = here.id();
                eastern.heard.messages.clear();
                western.heard.messages.clear();
                here.send(SessionTest.waiting(round));
                there.send(SessionTest.waiting(-round));
                assertThat(next(western.heard.messages)).isEqualTo(SessionTest.waiting(round));
                assertThat(next(eastern.heard.messages)).isEqualTo(SessionTest.waiting(-round));
            }
            assertThat(crossing.met.get()).as("dials that have met").isGreaterThan(ROUNDS);
            assertOneAtATime(eastern.heard.order);
            assertOneAtATime(western.heard.order);
            int opened = opened(eastern.heard.order) + opened(western.heard.order);
            assertThat(opened).as("more are made where the ends do not agree").isLessThan(3 * ROUNDS);
        }
    }

    private static int opened(List<String> order) {
        return (int) order.stream().filter(event -> event.startsWith("opened")).count();
    }

    /** One connection, and none that still is on its way. */
    private static boolean alone(Site site) {
        return ((Hub) site.transport).channels().size() == 1;
    }

    private static void assertOneAtATime(List<String> order) {
        int open = 0;
        for (String event : order) {
            open += event.startsWith("opened") ? 1 : -1;
            assertThat(open).as(order.toString()).isBetween(0, 1);
        }
    }
}
