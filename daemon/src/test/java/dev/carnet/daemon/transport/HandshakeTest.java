package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.ProtocolVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who gets in, who does not, and whether both sides learn why. */
@Timeout(60)
class HandshakeTest {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String SOUTH = "spiffe://south.example/carnetd";

    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example");
    private Site south;

    @BeforeEach
    void listen() {
        south = new Plan(southCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                .expects(NORTH)
                .start();
    }

    @AfterEach
    void stop() {
        south.close();
    }

    private String lastRefusal() {
        return ((Hub) south.transport).refusals().last();
    }

    /** Dials with these credentials; gives what the dialler says of it. */
    private void refused(Credentials dialler, String atDialler, String atAcceptor) {
        try (Site north = new Plan(dialler, TestPki.trust(northCa, southCa))
                .dials(SOUTH, south.address())
                .start()) {
            north.awaitWhyNot(SOUTH, atDialler);
            Site.until(() -> lastRefusal().contains(atAcceptor), this::lastRefusal);
            assertThat(south.transport.sessions()).isEmpty();
            assertThat(south.transport.unauthenticatedRefusals()).isPositive();
            assertThat(south.heard.opened).isEmpty();
        }
    }

    @Test
    void a_certificate_of_another_ca_is_refused() {
        Ca stranger = new Ca("north.example");
        refused(stranger.credentials("carnetd"), "refuses our certificate", NORTH);
    }

    @Test
    void a_ca_of_another_trust_domain_cannot_mint_our_peers_id() {
        Credentials minted = southCa.leaf().uri(NORTH).credentials();
        refused(minted, "refuses our certificate", "no anchor of the trust domain north.example");
    }

    @Test
    void a_trust_domain_without_anchors_is_named() {
        refused(
                new Ca("west.example").credentials("carnetd"),
                "no trust anchor for the trust domain of spiffe://west.example/carnetd",
                "west.example");
    }

    @Test
    void an_expired_certificate_is_refused() {
        Instant end = Instant.now().minus(Duration.ofMinutes(1));
        Credentials expired =
                northCa.leaf().uri(NORTH).valid(end.minusSeconds(600), end).credentials();
        refused(expired, "our certificate is not valid now", "expired at");
    }

    @Test
    void a_certificate_that_is_not_valid_yet_is_refused() {
        Instant begin = Instant.now().plus(Duration.ofMinutes(10));
        Credentials early =
                northCa.leaf().uri(NORTH).valid(begin, begin.plusSeconds(600)).credentials();
        refused(early, "our certificate is not valid now", "is valid only from");
    }

    @Test
    void a_leaf_that_is_a_ca_is_refused() {
        refused(northCa.leaf().uri(NORTH).isCa().credentials(), "refuses our certificate", "CA");
    }

    @Test
    void two_uris_or_none_cannot_even_be_loaded() {
        assertThat(catchThrowable(() -> northCa.leaf().uri(NORTH).uri(SOUTH).credentials()))
                .hasMessageContaining("2 URIs");
        assertThat(catchThrowable(() -> northCa.leaf().credentials())).hasMessageContaining("0 URIs");
    }

    @Test
    void the_acceptors_certificate_is_judged_as_well() {
        Instant end = Instant.now().minus(Duration.ofMinutes(1));
        Credentials expired =
                southCa.leaf().uri(SOUTH).valid(end.minusSeconds(600), end).credentials();
        try (Site stale = new Plan(expired, TestPki.trust(northCa, southCa))
                        .expects(NORTH)
                        .start();
                Site north = new Plan(northCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                        .dials(SOUTH, stale.address())
                        .start()) {
            north.awaitWhyNot(SOUTH, "expired at " + expired.notAfter());
        }
    }

    @Test
    void another_peer_at_the_address_is_named() {
        String east = "spiffe://south.example/east";
        try (Site north = new Plan(northCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                .dials(east, south.address())
                .start()) {
            north.awaitWhyNot(east, "is " + SOUTH + ", not " + east);
        }
    }

    @Test
    void a_good_certificate_of_no_configured_peer_gets_a_goodbye() {
        try (Site other = new Plan(northCa.credentials("other"), TestPki.trust(northCa, southCa))
                .dials(SOUTH, south.address())
                .start()) {
            other.awaitWhyNot(SOUTH, "has no such peer in its configuration");
            other.awaitWhyNot(SOUTH, "UNKNOWN_PEER");
            assertThat(south.transport.whyNot("spiffe://north.example/other")).isEmpty();
        }
    }

    @Test
    void a_client_without_a_certificate_is_refused() {
        Throwable thrown = catchThrowable(() -> {
            try (RawPeer peer = new RawPeer.Loose(northCa.credentials("carnetd"))
                    .withoutCertificate()
                    .connect(south.address())) {
                peer.read();
            }
        });
        assertThat(RawPeer.alertOf(thrown)).isEqualTo("certificate_required");
        Site.until(() -> lastRefusal().contains("sent no certificate"), this::lastRefusal);
    }

    @Test
    void a_client_without_the_group_is_refused() {
        for (int group : new int[] {NamedGroup.x25519, NamedGroup.secp256r1, NamedGroup.SecP256r1MLKEM768}) {
            Throwable thrown = catchThrowable(() -> new RawPeer.Loose(northCa.credentials("carnetd"))
                    .groups(group)
                    .connect(south.address()));
            assertThat(RawPeer.alertOf(thrown)).isEqualTo("insufficient_security");
            Site.until(() -> lastRefusal().contains("offers no X25519MLKEM768"), this::lastRefusal);
        }
    }

    @Test
    void a_client_that_lists_the_group_and_sends_a_share_of_another_is_asked_for_the_group() {
        try (RawPeer peer = new RawPeer.Loose(northCa.credentials("carnetd"))
                .groups(NamedGroup.x25519, Protocols.GROUP)
                .connect(south.address())) {
            assertThat(peer.read().hasHello()).isTrue();
        }
    }

    @Test
    void a_client_without_application_protocol_or_with_another_is_refused() {
        for (String[] names : List.of(new String[0], new String[] {"http/1.0"}, new String[] {"h2", "carnet"})) {
            Throwable thrown = catchThrowable(() -> new RawPeer.Loose(northCa.credentials("carnetd"))
                    .alpn(names)
                    .connect(south.address()));
            assertThat(RawPeer.alertOf(thrown)).isEqualTo("no_application_protocol");
        }
    }

    @Test
    void a_client_of_tls_1_2_is_refused() throws Exception {
        Throwable ours = catchThrowable(() -> new RawPeer.Loose(northCa.credentials("carnetd"))
                .versions(ProtocolVersion.TLSv12)
                .groups(NamedGroup.secp256r1)
                .connect(south.address()));
        assertThat(RawPeer.alertOf(ours)).isEqualTo("protocol_version");
        Site.until(() -> lastRefusal().contains("does not offer TLS 1.3"), this::lastRefusal);

        Throwable jdk = catchThrowable(() -> jdkHandshake("TLSv1.2"));
        assertThat(jdk).hasMessageContaining("protocol_version");
    }

    @Test
    void a_plain_tls_1_3_client_is_refused() {
        assertThat(catchThrowable(() -> jdkHandshake("TLSv1.3"))).isInstanceOf(IOException.class);
        assertThat(south.transport.sessions()).isEmpty();
    }

    private void jdkHandshake(String version) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAll()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(south.address().getAddress(), south.address().getPort())) {
            socket.setSoTimeout(5_000);
            socket.setEnabledProtocols(new String[] {version});
            socket.startHandshake();
            socket.getInputStream().read();
        }
    }

    @Test
    void bytes_that_are_not_tls_end_the_connection_at_once() throws Exception {
        try (Socket socket =
                new Socket(south.address().getAddress(), south.address().getPort())) {
            socket.setSoTimeout(3_000);
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
            Site.until(() -> !lastRefusal().isEmpty(), this::lastRefusal);
        }
    }

    @Test
    void a_server_that_says_nothing_is_given_up() throws Exception {
        Timeouts brief = brief(Duration.ofMillis(300));
        try (ServerSocket silent = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
                Site north = new Plan(northCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                        .dials(SOUTH, (InetSocketAddress) silent.getLocalSocketAddress())
                        .timeouts(brief)
                        .start()) {
            north.awaitWhyNot(SOUTH, "no TLS handshake with " + SOUTH);
        }
    }

    private static Timeouts brief(Duration handshake) {
        Timeouts t = Site.QUICK;
        return new Timeouts(
                t.connect(),
                handshake,
                t.hello(),
                t.join(),
                t.heartbeat(),
                t.streams(),
                t.send(),
                t.stall(),
                t.frame(),
                t.shutdown());
    }

    @Test
    void hundreds_of_half_open_handshakes_leave_a_bounded_number_of_connections() throws Exception {
        try (Site guarded = new Plan(southCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                .expects(NORTH)
                .pendingMax(16)
                .timeouts(brief(Duration.ofMillis(500)))
                .start()) {
            Hub hub = (Hub) guarded.transport;
            List<Socket> sockets = new ArrayList<>();
            int most = 0;
            try {
                for (int i = 0; i < 1_000; i++) {
                    Socket socket = new Socket();
                    try {
                        socket.connect(guarded.address(), 50);
                        socket.getOutputStream().write(new byte[] {22, 3, 1, 0, 100, 1}); // begins a ClientHello
                        sockets.add(socket);
                    } catch (IOException e) {
                        socket.close(); // the backlog is full: as it should be
                    }
                    most = Math.max(most, hub.channels().size());
                    if (sockets.size() >= 450) {
                        break; // beyond the backlog each connect waits for its timeout
                    }
                }
                // who connects may be quicker than who accepts
                long deadline = System.nanoTime() + Duration.ofSeconds(3).toNanos();
                while (most < 16 && System.nanoTime() < deadline) {
                    most = Math.max(most, hub.channels().size());
                }
                assertThat(most).isBetween(16, 18); // and the listening socket
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            try (Site north = new Plan(northCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                    .dials(SOUTH, guarded.address())
                    .start()) {
                north.up(SOUTH); // and a peer gets in afterwards
            }
        }
    }

    /** Whoever sits on every place before the handshake, with a hundred times as many behind, does not keep a good peer out. */
    @Test
    void a_good_peer_gets_in_while_others_hold_every_place() throws Exception {
        try (Site guarded = new Plan(southCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                .expects(NORTH)
                .pendingMax(4)
                .timeouts(brief(Duration.ofSeconds(30)))
                .start()) {
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < 400; i++) {
                    Socket socket = new Socket();
                    socket.connect(guarded.address(), 5_000);
                    socket.getOutputStream().write(new byte[] {22, 3, 1, 0, 100, 1}); // begins a ClientHello
                    sockets.add(socket);
                }
                try (Site north = new Plan(northCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                        .dials(SOUTH, guarded.address())
                        .start()) {
                    north.up(SOUTH);
                }
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void what_a_refused_client_was_told_is_no_hello() {
        try (RawPeer peer =
                RawPeer.connect(south.address(), northCa.credentials("nobody"), null, Protocols.Alpn.CONTROL)) {
            Control first = peer.read();
            assertThat(first.getGoodbye().getCode()).isEqualTo(Code.UNKNOWN_PEER);
            assertThat(first.getGoodbye().getSentence()).contains("spiffe://north.example/nobody");
        }
    }

    private static final class TrustsAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] c, String a, Socket s) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] c, String a, Socket s) {}

        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] c, String a, javax.net.ssl.SSLEngine e) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] c, String a, javax.net.ssl.SSLEngine e) {}

        @Override
        public void checkClientTrusted(java.security.cert.X509Certificate[] c, String a) {}

        @Override
        public void checkServerTrusted(java.security.cert.X509Certificate[] c, String a) {}

        @Override
        public java.security.cert.X509Certificate[] getAcceptedIssuers() {
            return new java.security.cert.X509Certificate[0];
        }
    }
}
