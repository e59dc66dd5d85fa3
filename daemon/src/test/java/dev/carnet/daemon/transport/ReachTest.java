package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.wire.v1.Code;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fresh connections that are tests alone, and the round trip of a session. */
@Timeout(60)
class ReachTest {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String SOUTH = "spiffe://south.example/carnetd";
    private static final String EAST = "spiffe://south.example/east";

    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example");

    private Plan north() {
        return new Plan(northCa.credentials("carnetd"), TestPki.trust(northCa, southCa));
    }

    private Plan south() {
        return new Plan(southCa.credentials("carnetd"), TestPki.trust(northCa, southCa));
    }

    private static List<Reach> reach(Site site, String peer) throws Exception {
        return site.transport.reach(peer).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void every_address_is_tried_and_the_live_session_is_not_touched() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), closed.getLocalPort());
        }
        try (Site east = new Plan(southCa.credentials("east"), TestPki.trust(northCa, southCa))
                        .expects(NORTH)
                        .start();
                Site south = south().expects(NORTH).start();
                Site north = north().peers(new PeerSpec(
                                SOUTH,
                                List.of(
                                        south.address(),
                                        nobody,
                                        east.address(),
                                        InetSocketAddress.createUnresolved("no-such-name.invalid", 7443)),
                                DialMode.DIAL))
                        .start()) {
            Session here = north.up(SOUTH);
            Session there = south.up(NORTH);

            List<Reach> reaches = reach(north, SOUTH);

            assertThat(reaches).extracting(Reach::ok).containsExactly(true, false, false, false);
            assertThat(reaches.get(0).error()).isNull();
            assertThat(reaches.get(0).took()).isPositive();
            assertThat(reaches.get(0).address()).endsWith(":" + south.address().getPort());
            assertThat(reaches.get(1).error()).contains("cannot connect", SOUTH);
            assertThat(reaches.get(2).error()).as("somebody else lives there").contains(EAST, "not " + SOUTH);
            assertThat(reaches.get(3).error()).contains("cannot be resolved");
            assertThat(north.transport.session(SOUTH)).contains(here);
            assertThat(south.transport.session(NORTH)).contains(there);
            assertThat(here.open()).isTrue();
            assertThat(there.open()).isTrue();
            assertThat(south.heard.order).containsExactly("opened " + there.id());
        }
    }

    @Test
    void without_a_session_it_makes_none() throws Exception {
        try (Site south = south().expects(NORTH).start();
                Site north = north().expects(SOUTH).start()) {
            north.transport.reload(new TransportTrust(
                    TestPki.trust(northCa, southCa),
                    dev.carnet.proto.identity.Revocations.NONE,
                    List.of(new PeerSpec(SOUTH, List.of(south.address()), DialMode.ACCEPT))));
            assertThat(reach(north, SOUTH)).extracting(Reach::ok).containsExactly(true);
            assertThat(north.transport.sessions()).isEmpty();
            assertThat(south.transport.sessions()).isEmpty();
            assertThat(south.heard.order).isEmpty();
        }
    }

    @Test
    void a_peer_without_addresses_and_one_that_is_unknown_have_nothing_to_try() throws Exception {
        try (Site north = north().expects(SOUTH).start()) {
            assertThat(reach(north, SOUTH)).isEmpty();
            assertThat(reach(north, EAST)).isEmpty();
        }
    }

    @Test
    void who_is_turned_away_before_the_hello_is_told_why() throws Exception {
        try (Site south = south().expects("spiffe://north.example/other").start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            List<Reach> reaches = reach(north, SOUTH);
            assertThat(reaches.getFirst().ok()).isFalse();
            assertThat(reaches.getFirst().error()).contains("UNKNOWN_PEER");
        }
    }

    @Test
    void a_port_that_accepts_and_says_nothing_ends_with_the_time_limit() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                Site north = north().dials(
                                SOUTH, new InetSocketAddress(InetAddress.getLoopbackAddress(), silent.getLocalPort()))
                        .timeouts(Site.QUICK)
                        .start()) {
            Reach reach = reach(north, SOUTH).getFirst();
            assertThat(reach.ok()).isFalse();
            assertThat(reach.took()).isLessThan(Duration.ofSeconds(12));
        }
    }

    @Test
    void a_round_trip_is_measured_in_the_session() throws Exception {
        try (Site south = south().expects(NORTH).start();
                Site north = north().dials(SOUTH, south.address()).start()) {
            Session here = north.up(SOUTH);
            Session there = south.up(NORTH);
            for (Session session : List.of(here, there, here)) {
                Duration took =
                        session.roundTrip().toCompletableFuture().get(Site.PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(took).isPositive().isLessThan(Site.PATIENCE);
            }
            here.close(Code.SHUTTING_DOWN, "the test ends it");
            Site.until(() -> !here.open(), () -> "it lives on");
            assertThatThrownBy(() ->
                            here.roundTrip().toCompletableFuture().get(Site.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SessionClosedException.class);
        }
    }
}
