package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.identity.TrustAnchors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A peer with a good certificate that opens connections and says nothing on them. */
@Timeout(120)
class NewcomersTest {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String EAST = "spiffe://east.example/carnetd";
    private static final String SOUTH = "spiffe://south.example/carnetd";

    /** No connection ends for want of a join meanwhile, on whatever machine. */
    private static final Timeouts PATIENT = new Timeouts(
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(100),
            Duration.ofSeconds(100),
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofMinutes(10),
            Duration.ofSeconds(5));

    @Test
    void places_come_back() {
        Newcomers newcomers = new Newcomers();
        for (int i = 0; i < Newcomers.OF_A_PEER_MAX; i++) {
            assertThat(newcomers.enter(NORTH)).isTrue();
        }
        assertThat(newcomers.enter(NORTH)).isFalse();
        assertThat(newcomers.enter(EAST)).as("another one has its own").isTrue();
        newcomers.leave(NORTH);
        assertThat(newcomers.enter(NORTH)).isTrue();
    }

    @Test
    void a_peer_that_joins_nothing_holds_so_many_connections_and_no_more() throws Exception {
        Ca northCa = new Ca("north.example");
        Ca eastCa = new Ca("east.example");
        Ca southCa = new Ca("south.example");
        TrustAnchors anchors = TestPki.trust(northCa, eastCa, southCa);
        List<RawPeer> raws = new ArrayList<>();
        Credentials own = northCa.credentials("carnetd");
        try (Site south = new Site.Plan(southCa.credentials("carnetd"), anchors)
                .timeouts(PATIENT)
                .peers(new PeerSpec(NORTH, List.of(), DialMode.ACCEPT), new PeerSpec(EAST, List.of(), DialMode.ACCEPT))
                .start()) {
            int turnedAway = 0;
            for (int i = 0; i < Newcomers.OF_A_PEER_MAX + 20; i++) {
                RawPeer raw = RawPeer.connect(south.address(), own, anchors, Protocols.Alpn.DATA);
                raws.add(raw);
                turnedAway += raw.in.read() < 0 ? 1 : 0; // greeted, or not
            }
            assertThat(turnedAway).isGreaterThan(0).isLessThanOrEqualTo(20);
            try (Site east = new Site.Plan(eastCa.credentials("carnetd"), anchors)
                    .dials(SOUTH, south.address())
                    .start()) {
                assertThat(east.up(SOUTH).open()).isTrue();
            }
        } finally {
            for (RawPeer raw : raws) {
                raw.close();
            }
        }
    }
}
