package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.identity.Revocations;
import dev.carnet.proto.identity.TrustAnchors;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Trust that changes under live sessions, and certificates that end under them. */
@Timeout(60)
class ReloadTest {
    private static final String NORTH = "spiffe://north.example/carnetd";
    private static final String SOUTH = "spiffe://south.example/carnetd";
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example");
    private final TrustAnchors anchors = TestPki.trust(northCa, southCa);
    private final Credentials northern = northCa.credentials("carnetd");
    private final List<Site> sites = new ArrayList<>();

    private Site north;
    private Site south;

    @AfterEach
    void stop() {
        sites.forEach(Site::close);
    }

    private Site keep(Site site) {
        sites.add(site);
        return site;
    }

    /** North dials, south accepts, with a stream each way of use. */
    private void connect() throws Exception {
        south = keep(new Site.Plan(southCa.credentials("carnetd"), anchors)
                .expects(NORTH)
                .start());
        north = keep(
                new Site.Plan(northern, anchors).dials(SOUTH, south.address()).start());
        var _ = north.up(SOUTH);
        Session session = south.up(NORTH);
        assertThat(session.streams(2).toCompletableFuture().get(5, TimeUnit.SECONDS))
                .hasSize(2);
    }

    private TransportTrust trust(Revocations revocations, PeerSpec... peers) {
        return new TransportTrust(anchors, revocations, List.of(peers));
    }

    private static PeerSpec accepts(String id) {
        return new PeerSpec(id, List.of(), DialMode.ACCEPT);
    }

    private Revocations revocations(Set<String> ids, Set<String> keys, List<X509CRL> lists) {
        return new Revocations(
                ids, keys, Map.of("north.example", lists), Map.of("north.example", List.of(northCa.certificate)));
    }

    /** The session ends within a second, says why at the other end, and does not come back. */
    private void assertCut(TransportTrust next, String words) throws Exception {
        Session session = south.up(NORTH);
        List<DataStream> streams = session.streams(2).toCompletableFuture().get(5, TimeUnit.SECONDS);
        long begun = System.nanoTime();
        south.transport.reload(next);
        Site.until(() -> !session.open(), () -> "the session lives on");
        assertThat(System.nanoTime() - begun).isLessThan(SECOND);
        Site.until(() -> streams.stream().noneMatch(DataStream::open), () -> "a stream outlives its session");
        north.awaitWhyNot(SOUTH, words);
        Thread.sleep(700); // it is dialled again meanwhile
        assertThat(south.transport.session(NORTH)).isEmpty();
        assertThat(north.transport.session(SOUTH)).isEmpty();
    }

    @Test
    void a_peer_that_is_configured_no_more_is_let_go() throws Exception {
        connect();
        assertCut(trust(Revocations.NONE), "has no such peer in its configuration");
        assertThat(Site.Recorder.next(south.heard.refused))
                .startsWith(NORTH + " UNKNOWN_PEER the certificate of " + NORTH + " is good");
        assertThat(Site.Recorder.next(south.heard.refused))
                .as("dialled again, it is refused again")
                .startsWith(NORTH + " UNKNOWN_PEER");
        assertThat(north.heard.refused).isEmpty();
        south.transport.reload(trust(Revocations.NONE, accepts(NORTH)));
        assertThat(south.up(NORTH).open())
                .as("it may come back when it is configured again")
                .isTrue();
    }

    @Test
    void an_id_that_is_refused_is_let_go() throws Exception {
        connect();
        assertCut(trust(revocations(Set.of(NORTH), Set.of(), List.of()), accepts(NORTH)), "certificate");
        assertThat(Site.Recorder.next(south.heard.refused)).startsWith(NORTH + " IDENTITY");
        assertThat(south.heard.refused)
                .as("who is not believed any more has not authenticated")
                .isEmpty();
    }

    @Test
    void a_key_that_is_refused_is_let_go() throws Exception {
        connect();
        assertCut(trust(revocations(Set.of(), Set.of(northern.keySha256()), List.of()), accepts(NORTH)), "certificate");
    }

    /** The session was made with the leaf before, whose key nobody refuses. */
    @Test
    void a_stream_whose_own_key_is_refused_ends_alone() throws Exception {
        Credentials later = northCa.credentials("carnetd");
        AtomicReference<Credentials> leaf = new AtomicReference<>(northern);
        south = keep(new Site.Plan(southCa.credentials("carnetd"), anchors)
                .expects(NORTH)
                .start());
        north = keep(new Site.Plan(northern, anchors)
                .credentials(leaf::get)
                .dials(SOUTH, south.address())
                .start());
        var _ = north.up(SOUTH);
        Session session = south.up(NORTH);
        DataStream early = session.streams(1)
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS)
                .getFirst();
        leaf.set(later);
        List<DataStream> both = session.streams(2).toCompletableFuture().get(5, TimeUnit.SECONDS);
        DataStream late = both.stream()
                .filter(stream -> stream.number() != early.number())
                .findFirst()
                .orElseThrow();
        long begun = System.nanoTime();
        south.transport.reload(trust(revocations(Set.of(), Set.of(later.keySha256()), List.of()), accepts(NORTH)));
        Site.until(() -> !late.open(), () -> "the stream lives on");
        assertThat(System.nanoTime() - begun).isLessThan(SECOND);
        assertThat(early.open()).isTrue();
        assertThat(session.open()).isTrue();
    }

    @Test
    void a_certificate_that_its_ca_revokes_is_let_go() throws Exception {
        connect();
        X509Certificate leaf = dev.carnet.proto.identity.Certificates.parse(northern.chainDer())
                .getFirst();
        assertThat(south.transport.revoked()).isEmpty();
        assertCut(trust(revocations(Set.of(), Set.of(), List.of(list(northCa, leaf))), accepts(NORTH)), "certificate");
        assertThat(south.transport.revoked()).containsOnlyKeys(NORTH);
        assertThat(south.transport.whyNot(NORTH).orElseThrow()).contains("was revoked by its issuer");
        south.transport.reload(trust(Revocations.NONE, accepts(NORTH)));
        assertThat(south.up(NORTH).open()).isTrue();
        assertThat(south.transport.revoked()).isEmpty();
    }

    /** It is known from the certificate alone, since who is refused never authenticates: at the side that accepts, and at the one that dials. */
    @Test
    void who_is_refused_from_the_beginning_is_named() {
        south = keep(new Site.Plan(southCa.credentials("carnetd"), anchors)
                .expects(NORTH)
                .start());
        south.transport.reload(trust(revocations(Set.of(NORTH), Set.of(), List.of()), accepts(NORTH)));
        north = keep(new Site.Plan(northern, anchors).peers().start());
        north.transport.reload(new TransportTrust(
                anchors, Revocations.NONE, List.of(new PeerSpec(SOUTH, List.of(south.address()), DialMode.DIAL))));
        Site.until(() -> south.transport.revoked().containsKey(NORTH), () -> "not seen");
        assertThat(south.transport.whyNot(NORTH).orElseThrow()).contains("refused-ids");
        north.transport.reload(new TransportTrust(
                anchors,
                revocations(Set.of(SOUTH), Set.of(), List.of()),
                List.of(new PeerSpec(SOUTH, List.of(south.address()), DialMode.DIAL))));
        Site.until(() -> north.transport.revoked().containsKey(SOUTH), () -> "not seen");
    }

    @Test
    void a_list_that_another_ca_signed_says_nothing() throws Exception {
        connect();
        X509Certificate leaf = dev.carnet.proto.identity.Certificates.parse(northern.chainDer())
                .getFirst();
        Session session = south.up(NORTH);
        Ca other = new Ca("north.example");
        south.transport.reload(trust(revocations(Set.of(), Set.of(), List.of(list(other, leaf))), accepts(NORTH)));
        Thread.sleep(500);
        assertThat(session.open()).isTrue();
    }

    @Test
    void without_its_anchor_a_peer_is_let_go() throws Exception {
        connect();
        assertCut(
                new TransportTrust(TestPki.trust(southCa), Revocations.NONE, List.of(accepts(NORTH))),
                "no trust anchor");
    }

    @Test
    void a_peer_that_is_added_is_dialled_at_once() {
        south = keep(new Site.Plan(southCa.credentials("carnetd"), anchors)
                .expects(NORTH)
                .start());
        north = keep(new Site.Plan(northern, anchors).peers().start());
        north.transport.reload(trust(Revocations.NONE, new PeerSpec(SOUTH, List.of(south.address()), DialMode.DIAL)));
        assertThat(north.up(SOUTH).dialledHere()).isTrue();
    }

    @Test
    void a_peer_that_moves_is_dialled_where_it_is_now() {
        south = keep(new Site.Plan(southCa.credentials("carnetd"), anchors)
                .expects(NORTH)
                .start());
        Site nobody = keep(new Site.Plan(southCa.credentials("other"), anchors).start());
        north = keep(
                new Site.Plan(northern, anchors).dials(SOUTH, nobody.address()).start());
        north.awaitWhyNot(SOUTH, "other");
        north.transport.reload(trust(Revocations.NONE, new PeerSpec(SOUTH, List.of(south.address()), DialMode.DIAL)));
        assertThat(north.up(SOUTH).open()).isTrue();
    }

    /** Leaves of three seconds on both sides, rotated by whoever issues them: the sessions follow each other, and none ends for want of a certificate. */
    @Test
    void sessions_are_renewed_before_their_certificates_end() throws Exception {
        AtomicReference<Credentials> northLeaf = new AtomicReference<>(shortLived(northCa));
        AtomicReference<Credentials> southLeaf = new AtomicReference<>(shortLived(southCa));
        south = keep(new Site.Plan(southLeaf.get(), anchors)
                .credentials(southLeaf::get)
                .expects(NORTH)
                .start());
        north = keep(new Site.Plan(northLeaf.get(), anchors)
                .credentials(northLeaf::get)
                .dials(SOUTH, south.address())
                .start());
        Session first = north.up(SOUTH);
        List<String> seen = new ArrayList<>();
        long gap = 0;
        long lastUp = System.nanoTime();
        for (int leaf = 0; leaf < 10; leaf++) {
            northLeaf.set(shortLived(northCa));
            southLeaf.set(shortLived(southCa));
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(600);
            while (System.nanoTime() < end) {
                var now = north.transport.session(SOUTH);
                if (now.isPresent()) {
                    lastUp = System.nanoTime();
                    if (!seen.contains(now.get().id())) {
                        seen.add(now.get().id());
                    }
                }
                gap = Math.max(gap, System.nanoTime() - lastUp);
                Thread.sleep(5);
            }
        }
        assertThat(seen).as("six seconds with leaves of three").hasSizeGreaterThan(3);
        assertThat(first.open()).isFalse();
        assertThat(TimeUnit.NANOSECONDS.toMillis(gap))
                .as("the longest time without a session")
                .isLessThan(500);
        assertThat(north.up(SOUTH)).isNotNull();
        assertThat(streamsOfWhatStays()).hasSize(2);
    }

    /** One session follows another in these moments: what was asked of the one before is asked again. */
    private List<DataStream> streamsOfWhatStays() throws Exception {
        for (int tries = 1; ; tries++) {
            try {
                return south.up(NORTH).streams(2).toCompletableFuture().get(5, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                boolean replaced = e.getCause() instanceof SessionClosedException
                        && String.valueOf(e.getMessage()).contains("REPLACED");
                if (!replaced || tries == 5) {
                    throw e;
                }
            }
        }
    }

    private static Credentials shortLived(Ca ca) {
        Instant now = Instant.now();
        return ca.leaf()
                .uri("spiffe://" + ca.domain + "/carnetd")
                .valid(now.minus(Duration.ofSeconds(5)), now.plusSeconds(3))
                .credentials();
    }

    private static X509CRL list(Ca ca, X509Certificate revoked) throws Exception {
        Date now = new Date();
        var builder = new JcaX509v2CRLBuilder(ca.certificate, now);
        builder.setNextUpdate(new Date(now.getTime() + 60_000));
        builder.addCRLEntry(revoked.getSerialNumber(), now, CRLReason.keyCompromise);
        byte[] der = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(ca.keys.getPrivate()))
                .getEncoded();
        return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new java.io.ByteArrayInputStream(der));
    }
}
