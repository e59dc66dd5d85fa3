package dev.carnet.daemon.transport;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.RevokedException;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors.Usage;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsFatalAlert;
import org.jspecify.annotations.Nullable;

/** One handshake's checks and what they found; the same for both roles. Used by one thread at a time. */
final class Handshake {
    private final TransportTrust trust;
    private final Clock clock;
    private final Credentials own;
    private final String remote;
    private final @Nullable String expectedId;

    private @Nullable List<X509Certificate> peerChain;
    private @Nullable SpiffeId peerId;
    private @Nullable Established established;
    private @Nullable String refusal;
    private @Nullable String revoked;

    /**
     * @param remote the other end, for sentences
     * @param expectedId whom we dialled; null where we accepted
     */
    Handshake(TransportTrust trust, Clock clock, Credentials own, String remote, @Nullable String expectedId) {
        this.trust = trust;
        this.clock = clock;
        this.own = own;
        this.remote = remote;
        this.expectedId = expectedId;
    }

    Credentials own() {
        return own;
    }

    String remote() {
        return remote;
    }

    @Nullable
    Established established() {
        return established;
    }

    /** The ID in a chain that was good but for a revocation; that the peer has its key is not proven. Null where it was not that. */
    @Nullable
    String revoked() {
        return revoked;
    }

    /** Ends the handshake: the peer gets the alert, our log the sentence. */
    TlsFatalAlert refuse(short alert, String sentence) {
        refusal = sentence;
        return new TlsFatalAlert(alert, sentence);
    }

    /** Judges the peer's chain by SPEC section 5. */
    void checkPeer(Certificate certificate, Usage usage) throws IOException {
        if (certificate.isEmpty()) {
            throw refuse(AlertDescription.certificate_required, remote + " sent no certificate; both sides need one");
        }
        List<byte[]> der = new ArrayList<>();
        for (var one : certificate.getCertificateList()) {
            der.add(one.getEncoded());
        }
        Instant now = clock.instant();
        List<X509Certificate> chain = null;
        try {
            chain = Certificates.parse(der);
            checkDates(chain, now);
            SpiffeId id = trust.judge(chain, now, usage);
            checkExpected(id);
            peerChain = chain;
            peerId = id;
        } catch (IdentityException e) {
            revoked = e instanceof RevokedException because ? because.id().uri() : null;
            throw refuse(alertFor(chain), remote + ": " + e.getMessage());
        }
    }

    /** Before anything else, and in plain words: it is the commonest mishap of all. */
    private void checkDates(List<X509Certificate> chain, Instant now) throws TlsFatalAlert {
        for (X509Certificate certificate : chain) {
            Instant from = certificate.getNotBefore().toInstant();
            Instant until = certificate.getNotAfter().toInstant();
            if (now.isBefore(from) || now.isAfter(until)) {
                String what = now.isAfter(until) ? " expired at " + until : " is valid only from " + from;
                throw refuse(
                        AlertDescription.certificate_expired,
                        "a certificate of " + remote + " (" + name(chain.getFirst()) + ")" + what + ", and it is " + now
                                + " here: renew it there, and look at both clocks");
            }
        }
    }

    private void checkExpected(SpiffeId id) throws TlsFatalAlert {
        if (expectedId != null && !id.uri().equals(expectedId)) {
            throw refuse(
                    AlertDescription.access_denied,
                    remote + " is " + id.uri() + ", not " + expectedId
                            + " for which it was dialled: correct the peer's address or its ID");
        }
    }

    private short alertFor(@Nullable List<X509Certificate> chain) {
        try {
            if (chain != null
                    && !trust.anchors()
                            .trustDomains()
                            .contains(Certificates.spiffeId(chain.getFirst()).trustDomain())) {
                return AlertDescription.unknown_ca;
            }
        } catch (IdentityException e) {
            // No ID: a bad certificate, whoever issued it.
        }
        return AlertDescription.bad_certificate;
    }

    private static String name(X509Certificate leaf) {
        try {
            return Certificates.spiffeId(leaf).uri();
        } catch (IdentityException e) {
            return "without a SPIFFE ID";
        }
    }

    /** The last step on both sides: what was negotiated must be what SPEC allows, and the exporters are there now alone. */
    void complete(TlsContext context) throws IOException {
        SecurityParameters parameters = context.getSecurityParametersConnection();
        SpiffeId id = peerId;
        List<X509Certificate> chain = peerChain;
        if (id == null || chain == null) {
            throw refuse(AlertDescription.certificate_required, remote + " proved no identity");
        }
        if (parameters.getNegotiatedGroup() != Protocols.GROUP
                || !ProtocolVersion.TLSv13.equals(parameters.getNegotiatedVersion())) {
            throw refuse(
                    AlertDescription.insufficient_security,
                    String.format(
                            Locale.ROOT,
                            "%s negotiated %s with group 0x%04x instead of TLS 1.3 with " + Protocols.GROUP_NAME,
                            remote,
                            parameters.getNegotiatedVersion(),
                            parameters.getNegotiatedGroup()));
        }
        byte[] session = export(context, Protocols.EXPORTER_SESSION);
        PeerFacts facts = new PeerFacts(
                id.uri(),
                Certificates.keySha256(chain.getFirst()),
                own.keySha256(),
                Credentials.der(chain),
                Protocols.GROUP_NAME,
                Protocols.suiteName(parameters.getCipherSuite()),
                Credentials.sha256Hex(session),
                chain.getFirst().getNotAfter().toInstant());
        established = new Established(
                alpn(parameters),
                facts,
                trust,
                own.notAfter(),
                export(context, Protocols.EXPORTER_JOIN_KEY),
                export(context, Protocols.EXPORTER_JOIN_STREAM));
    }

    private Protocols.Alpn alpn(SecurityParameters parameters) throws TlsFatalAlert {
        return Optional.ofNullable(parameters.getApplicationProtocol())
                .map(ProtocolName::getUtf8Decoding)
                .flatMap(Protocols.Alpn::of)
                .orElseThrow(() -> refuse(
                        AlertDescription.no_application_protocol,
                        remote + " agreed on no application protocol: is it a carnetd?"));
    }

    private static byte[] export(TlsContext context, String label) {
        return context.exportKeyingMaterial(label, new byte[0], Protocols.EXPORTER_BYTES);
    }

    /** Why the connection failed, for people. */
    String sentence(Exception e) {
        String known = refusal;
        return known != null ? known : AlertSentences.of(e, remote, own);
    }
}
