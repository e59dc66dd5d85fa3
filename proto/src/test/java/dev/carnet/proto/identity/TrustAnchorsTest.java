package dev.carnet.proto.identity;

import static dev.carnet.proto.identity.TestCertificate.BEGIN;
import static dev.carnet.proto.identity.TestCertificate.END;
import static dev.carnet.proto.identity.TestCertificate.MIDDLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.proto.identity.TestCertificate.Made;
import dev.carnet.proto.identity.TrustAnchors.Usage;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TrustAnchorsTest {
    private static final String DOMAIN = "example.org";
    private static final String NORTH = "spiffe://example.org/carnet/north";

    private static final Made ROOT = TestCertificate.ca("CN=root").selfSigned();
    private static final Made OTHER = TestCertificate.ca("CN=other").selfSigned();
    private static final Made MIDDLE_CA = TestCertificate.ca("CN=middle").by(ROOT);

    private static final TrustAnchors ANCHORS = anchors(ROOT);

    @ParameterizedTest
    @EnumSource(Usage.class)
    void a_leaf_of_the_anchor_is_good(Usage usage) {
        Made leaf = TestCertificate.leaf(NORTH).by(ROOT);
        assertThat(ANCHORS.validate(chain(leaf), MIDDLE, usage)).isEqualTo(SpiffeId.parse(NORTH));
    }

    /** The anchor may end the chain, and intermediates may stand between. */
    @Test
    void chains_of_every_allowed_shape_are_good() {
        Made direct = TestCertificate.leaf(NORTH).by(ROOT);
        Made below = TestCertificate.leaf(NORTH).by(MIDDLE_CA);
        Made second = TestCertificate.ca("CN=second").by(MIDDLE_CA);
        Made deep = TestCertificate.leaf(NORTH).by(second);
        for (List<X509Certificate> chain : List.of(
                chain(direct, ROOT),
                chain(below, MIDDLE_CA),
                chain(below, MIDDLE_CA, ROOT),
                chain(deep, second, MIDDLE_CA, ROOT))) {
            assertGood(ANCHORS, chain);
        }
    }

    @Test
    void other_kinds_of_names_are_ignored() {
        assertGood(
                ANCHORS,
                chain(TestCertificate.leaf(NORTH).dns("north.example.org").by(ROOT)));
    }

    @Test
    void names_and_purposes_may_be_critical() {
        Made leaf = TestCertificate.leaf(NORTH)
                .critical()
                .purposes(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth)
                .by(ROOT);
        assertGood(ANCHORS, chain(leaf));
    }

    @Test
    void a_purpose_holds_for_its_own_side_alone() {
        Made dialler = TestCertificate.leaf(NORTH)
                .purposes(KeyPurposeId.id_kp_clientAuth)
                .by(ROOT);
        Made acceptor = TestCertificate.leaf(NORTH)
                .purposes(KeyPurposeId.id_kp_serverAuth)
                .by(ROOT);
        for (Made leaf : List.of(dialler, acceptor)) {
            boolean dials = leaf == dialler;
            ANCHORS.validate(chain(leaf), MIDDLE, dials ? Usage.DIALLER : Usage.ACCEPTOR);
            ANCHORS.validate(chain(leaf), MIDDLE, Usage.EVIDENCE);
            assertBad(ANCHORS, chain(leaf), MIDDLE, dials ? Usage.ACCEPTOR : Usage.DIALLER, "extended key usage");
        }
        for (KeyPurposeId useless : List.of(KeyPurposeId.id_kp_codeSigning, KeyPurposeId.anyExtendedKeyUsage)) {
            Made leaf = TestCertificate.leaf(NORTH).purposes(useless).by(ROOT);
            for (Usage usage : Usage.values()) {
                assertBad(ANCHORS, chain(leaf), MIDDLE, usage, "extended key usage");
            }
        }
    }

    static Stream<Bad> bad() {
        Made pathZero = TestCertificate.ca("CN=zero").pathLength(0).by(ROOT);
        Made belowZero = TestCertificate.ca("CN=below zero").by(pathZero);
        Made noCa = TestCertificate.leaf("spiffe://example.org/carnet/no-ca")
                .subject("CN=no ca")
                .by(ROOT);
        Made cannotSign =
                TestCertificate.ca("CN=cannot sign").keyUsage(KeyUsage.cRLSign).by(ROOT);
        Made constrained =
                TestCertificate.ca("CN=constrained").permits("example.com").by(ROOT);
        Made ended = TestCertificate.ca("CN=ended")
                .within(BEGIN, MIDDLE.minusSeconds(1))
                .by(ROOT);
        Made impostor = TestCertificate.ca("CN=root").selfSigned();
        Made leaf = TestCertificate.leaf(NORTH).by(MIDDLE_CA);
        return Stream.of(
                new Bad(
                        "no URI",
                        "0 URIs",
                        TestCertificate.nameless().dns("north.example.org").by(ROOT)),
                new Bad(
                        "two URIs",
                        "2 URIs",
                        TestCertificate.leaf(NORTH).uri(NORTH + "2").by(ROOT)),
                new Bad(
                        "the same URI twice",
                        "2 URIs",
                        TestCertificate.leaf(NORTH).uri(NORTH).by(ROOT)),
                new Bad(
                        "another scheme",
                        "bad SPIFFE ID",
                        TestCertificate.leaf("https://example.org/north").by(ROOT)),
                new Bad(
                        "a trust domain",
                        "names a trust domain",
                        TestCertificate.leaf("spiffe://example.org").by(ROOT)),
                new Bad(
                        "a CA as leaf",
                        "is that of a CA",
                        TestCertificate.leaf(NORTH).isCa().by(ROOT)),
                new Bad(
                        "no key usage",
                        "digitalSignature",
                        TestCertificate.leaf(NORTH).keyUsage(0).by(ROOT)),
                new Bad(
                        "another key usage",
                        "digitalSignature",
                        TestCertificate.leaf(NORTH)
                                .keyUsage(KeyUsage.keyEncipherment)
                                .by(ROOT)),
                new Bad(
                        "a CA's key usage",
                        "key usage",
                        TestCertificate.leaf(NORTH)
                                .keyUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)
                                .by(ROOT)),
                new Bad("a foreign CA", "no anchor", TestCertificate.leaf(NORTH).by(OTHER)),
                new Bad("self-signed", "no anchor", TestCertificate.leaf(NORTH).selfSigned()),
                new Bad(
                        "a CA of the anchor's name",
                        "not valid",
                        TestCertificate.leaf(NORTH).by(impostor)),
                new Bad(
                        "that CA sent along",
                        "not valid",
                        TestCertificate.leaf(NORTH).by(impostor),
                        impostor),
                new Bad("no intermediate", "no anchor", leaf),
                new Bad(
                        "another intermediate",
                        "not valid",
                        leaf,
                        TestCertificate.ca("CN=middle").by(ROOT)),
                new Bad("the wrong order", "no anchor", leaf, ROOT, MIDDLE_CA),
                new Bad("superfluous", "not valid", TestCertificate.leaf(NORTH).by(ROOT), MIDDLE_CA),
                new Bad("a leaf as CA", "not valid", TestCertificate.leaf(NORTH).by(noCa), noCa),
                new Bad(
                        "a CA that may not sign",
                        "not valid",
                        TestCertificate.leaf(NORTH).by(cannotSign),
                        cannotSign),
                new Bad(
                        "too long a path",
                        "not valid",
                        TestCertificate.leaf(NORTH).by(belowZero),
                        belowZero,
                        pathZero),
                new Bad(
                        "outside name constraints",
                        "not valid",
                        TestCertificate.leaf(NORTH).by(constrained),
                        constrained),
                new Bad(
                        "an intermediate that ended",
                        "not valid",
                        TestCertificate.leaf(NORTH).by(ended),
                        ended));
    }

    record Bad(String what, String reason, Made... chain) {
        @Override
        public String toString() {
            return what;
        }
    }

    @ParameterizedTest
    @MethodSource("bad")
    void a_bad_chain_is_refused_with_its_reason(Bad bad) {
        for (Usage usage : Usage.values()) {
            assertBad(ANCHORS, chain(bad.chain()), MIDDLE, usage, bad.reason());
        }
    }

    @Test
    void a_leaf_is_good_within_its_time_alone() {
        List<X509Certificate> chain = chain(TestCertificate.leaf(NORTH)
                .within(MIDDLE, MIDDLE.plusSeconds(60))
                .by(ROOT));
        for (Instant good : List.of(MIDDLE, MIDDLE.plusSeconds(60))) {
            ANCHORS.validate(chain, good, Usage.DIALLER);
        }
        for (Instant wrong : List.of(MIDDLE.minusSeconds(1), MIDDLE.plusSeconds(61), BEGIN, END)) {
            assertBad(ANCHORS, chain, wrong, Usage.DIALLER, "not valid");
        }
    }

    /** RFC 5280 does not ask for it; whoever wrote an end into a CA's certificate meant it. */
    @Test
    void an_anchor_that_has_ended_vouches_for_nobody() {
        Made root = TestCertificate.ca("CN=old").within(BEGIN, MIDDLE).selfSigned();
        List<X509Certificate> chain = chain(TestCertificate.leaf(NORTH).by(root));
        anchors(root).validate(chain, MIDDLE, Usage.DIALLER);
        assertBad(anchors(root), chain, MIDDLE.plusSeconds(1), Usage.DIALLER, "not valid");
    }

    @Test
    void an_anchor_is_held_to_its_own_constraints() {
        Made narrow = TestCertificate.ca("CN=narrow").permits("example.com").selfSigned();
        assertBad(anchors(narrow), chain(TestCertificate.leaf(NORTH).by(narrow)), MIDDLE, Usage.DIALLER, "not valid");
        Made right = TestCertificate.ca("CN=right").permits(DOMAIN).selfSigned();
        assertGood(anchors(right), chain(TestCertificate.leaf(NORTH).by(right)));
        Made flat = TestCertificate.ca("CN=flat").pathLength(0).selfSigned();
        Made below = TestCertificate.ca("CN=below").by(flat);
        assertBad(
                anchors(flat), chain(TestCertificate.leaf(NORTH).by(below), below), MIDDLE, Usage.DIALLER, "not valid");
    }

    @Test
    void an_intermediate_can_be_the_anchor() {
        Made flat = TestCertificate.ca("CN=flat")
                .pathLength(0)
                .within(BEGIN, MIDDLE)
                .by(ROOT);
        TrustAnchors anchors = anchors(flat);
        Made leaf = TestCertificate.leaf(NORTH).by(flat);
        assertGood(anchors, chain(leaf));
        assertGood(anchors, chain(leaf, flat, ROOT));
        assertBad(anchors, chain(leaf), MIDDLE.plusSeconds(1), Usage.DIALLER, "not valid");
        assertBad(anchors, chain(TestCertificate.leaf(NORTH).by(ROOT)), MIDDLE, Usage.DIALLER, "no anchor");
        Made below = TestCertificate.ca("CN=below").by(flat);
        assertBad(anchors, chain(TestCertificate.leaf(NORTH).by(below), below), MIDDLE, Usage.DIALLER, "longer");
        Made constrained = TestCertificate.ca("CN=c").permits(DOMAIN).by(ROOT);
        assertThatThrownBy(() -> anchors(constrained)).hasMessageContaining("configure its root");
    }

    @Test
    void a_ca_of_one_domain_cannot_vouch_for_another() {
        var two = new TrustAnchors(
                Map.of(DOMAIN, List.of(ROOT.certificate()), "other.org", List.of(OTHER.certificate())));
        String there = "spiffe://other.org/carnet/south";
        assertGood(two, chain(TestCertificate.leaf(NORTH).by(ROOT)));
        assertThat(two.validate(chain(TestCertificate.leaf(there).by(OTHER)), MIDDLE, Usage.DIALLER)
                        .uri())
                .isEqualTo(there);
        assertBad(two, chain(TestCertificate.leaf(NORTH).by(OTHER), OTHER), MIDDLE, Usage.DIALLER, "no anchor");
        assertBad(two, chain(TestCertificate.leaf(there).by(ROOT), ROOT), MIDDLE, Usage.DIALLER, "no anchor");
        assertBad(
                two,
                chain(TestCertificate.leaf("spiffe://third.org/x").by(ROOT)),
                MIDDLE,
                Usage.DIALLER,
                "no trust anchor is configured");
    }

    /** While a CA changes its key, two anchors have one name. */
    @Test
    void either_of_two_anchors_of_one_name_will_do() {
        Made next = TestCertificate.ca("CN=root").selfSigned();
        for (TrustAnchors both : List.of(anchors(ROOT, next), anchors(next, ROOT))) {
            assertGood(both, chain(TestCertificate.leaf(NORTH).by(ROOT)));
            assertGood(both, chain(TestCertificate.leaf(NORTH).by(next)));
        }
    }

    @Test
    void a_key_that_cannot_sign_a_key_proof_is_refused() throws Exception {
        KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
        ec.initialize(384);
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1_024);
        KeyPairGenerator ed448 = KeyPairGenerator.getInstance("Ed448");
        for (KeyPairGenerator wrong : List.of(ec, rsa, ed448)) {
            Made leaf =
                    TestCertificate.leaf(NORTH).keys(wrong.generateKeyPair()).by(ROOT);
            assertBad(ANCHORS, chain(leaf), MIDDLE, Usage.DIALLER, "is none of: EC P-256, Ed25519, RSA of 2048");
        }
        rsa.initialize(2_048);
        for (KeyPairGenerator right : List.of(rsa, KeyPairGenerator.getInstance("Ed25519"))) {
            assertGood(
                    ANCHORS,
                    chain(TestCertificate.leaf(NORTH)
                            .keys(right.generateKeyPair())
                            .by(ROOT)));
        }
    }

    @Test
    void chains_have_limits() {
        Made leaf = TestCertificate.leaf(NORTH).by(ROOT);
        assertBad(ANCHORS, List.of(), MIDDLE, Usage.DIALLER, "0 certificates");
        assertBad(ANCHORS, chain(leaf, ROOT, ROOT, ROOT, ROOT), MIDDLE, Usage.DIALLER, "5 certificates");
        TestCertificate large = TestCertificate.leaf(NORTH);
        for (int i = 0; i < 1_000; i++) {
            large.dns("a-name-that-is-not-short-" + i + ".example.org");
        }
        Made huge = large.by(ROOT);
        assertBad(ANCHORS, chain(huge), MIDDLE, Usage.DIALLER, "bytes, more than");
        byte[] der = Certificates.der(huge.certificate());
        assertThatThrownBy(() -> Certificates.parse(List.of(der))).hasMessageContaining("bytes, more than");
    }

    @Test
    void bytes_that_are_no_certificate_are_refused() {
        byte[] good = Certificates.der(ROOT.certificate());
        byte[] longer = Arrays.copyOf(good, good.length + 1);
        byte[] shorter = Arrays.copyOf(good, good.length - 1);
        for (byte[] wrong : List.of(longer, shorter, new byte[0], new byte[] {0x30})) {
            assertThatThrownBy(() -> Certificates.parse(List.of(wrong))).isInstanceOf(IdentityException.class);
        }
        assertThat(Certificates.parse(List.of(good))).containsExactly(ROOT.certificate());
    }

    @Test
    void anchors_have_to_be_cas() {
        Made leaf = TestCertificate.leaf(NORTH).by(ROOT);
        assertThatThrownBy(() -> anchors(leaf)).hasMessageContaining("is not the certificate of a CA");
        Made cannotSign = TestCertificate.ca("CN=c").keyUsage(KeyUsage.cRLSign).selfSigned();
        assertThatThrownBy(() -> anchors(cannotSign)).hasMessageContaining("keyCertSign");
        assertThatThrownBy(() -> new TrustAnchors(Map.of(DOMAIN, List.of()))).hasMessageContaining("0 anchors");
        assertThatThrownBy(() -> new TrustAnchors(Map.of("Example.org", List.of(ROOT.certificate()))))
                .hasMessageContaining("bad SPIFFE ID");
    }

    private static TrustAnchors anchors(Made... made) {
        return new TrustAnchors(Map.of(DOMAIN, chain(made)));
    }

    private static List<X509Certificate> chain(Made... made) {
        return Arrays.stream(made).map(Made::certificate).toList();
    }

    private static void assertGood(TrustAnchors anchors, List<X509Certificate> chain) {
        for (Usage usage : Usage.values()) {
            assertThat(anchors.validate(chain, MIDDLE, usage).uri()).isEqualTo(NORTH);
        }
    }

    private static void assertBad(
            TrustAnchors anchors, List<X509Certificate> chain, Instant at, Usage usage, String reason) {
        assertThatThrownBy(() -> anchors.validate(chain, at, usage))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining(reason);
    }
}
