package dev.carnet.daemon.transport;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.TrustAnchors.Usage;
import java.io.IOException;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.CertificateStatusRequest;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.jspecify.annotations.Nullable;

/** The dialling side of a handshake: SPEC section 5, and nothing else. */
final class CarnetTlsClient extends DefaultTlsClient {
    private final Handshake handshake;
    private final JcaTlsCrypto jca;
    private final Protocols.Alpn alpn;

    CarnetTlsClient(JcaTlsCrypto crypto, Handshake handshake, Protocols.Alpn alpn) {
        super(crypto);
        this.jca = crypto;
        this.handshake = handshake;
        this.alpn = alpn;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return ProtocolVersion.TLSv13.only();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return Protocols.suites();
    }

    @Override
    protected Vector<Integer> getSupportedGroups(@SuppressWarnings("rawtypes") Vector roles) {
        return new Vector<>(List.of(Protocols.GROUP));
    }

    @Override
    public Vector<Integer> getEarlyKeyShareGroups() {
        return new Vector<>(List.of(Protocols.GROUP));
    }

    @Override
    protected Vector<ProtocolName> getProtocolNames() {
        return new Vector<>(List.of(ProtocolName.asUtf8Encoding(alpn.text)));
    }

    /** No OCSP: certificates are short-lived instead. */
    @Override
    protected @Nullable CertificateStatusRequest getCertificateStatusRequest() {
        return null;
    }

    @Override
    public int getMaxCertificateChainLength() {
        return Certificates.CHAIN_CERTIFICATES_MAX;
    }

    @Override
    public TlsAuthentication getAuthentication() {
        return new TlsAuthentication() {
            @Override
            public void notifyServerCertificate(TlsServerCertificate certificate) throws IOException {
                handshake.checkPeer(certificate.getCertificate(), Usage.ACCEPTOR);
            }

            @Override
            public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                return TlsIdentity.signer(handshake.own(), jca, context, request.getCertificateRequestContext());
            }
        };
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
        super.notifyHandshakeComplete();
        handshake.complete(context);
        Established established = handshake.established();
        if (established == null || established.alpn() != alpn) {
            throw handshake.refuse(
                    AlertDescription.no_application_protocol,
                    handshake.remote() + " chose another application protocol than " + alpn.text);
        }
    }
}
