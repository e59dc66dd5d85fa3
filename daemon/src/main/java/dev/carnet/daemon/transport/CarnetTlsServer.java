package dev.carnet.daemon.transport;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.TrustAnchors.Usage;
import java.io.IOException;
import java.util.Hashtable;
import java.util.Vector;
import java.util.stream.IntStream;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.DefaultTlsServer;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;

/** The accepting side of a handshake: SPEC section 5, and nothing else. */
final class CarnetTlsServer extends DefaultTlsServer {
    private final Handshake handshake;
    private final JcaTlsCrypto jca;

    CarnetTlsServer(JcaTlsCrypto crypto, Handshake handshake) {
        super(crypto);
        this.jca = crypto;
        this.handshake = handshake;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return ProtocolVersion.TLSv13.only();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return Protocols.suites();
    }

    /** Called when the client's groups are known: the moment to say what is wrong with them. */
    @Override
    public int[] getSupportedGroups() throws IOException {
        int[] offered = context.getSecurityParametersHandshake().getClientSupportedGroups();
        if (offered == null || IntStream.of(offered).noneMatch(group -> group == Protocols.GROUP)) {
            throw handshake.refuse(
                    AlertDescription.insufficient_security,
                    handshake.remote() + " offers no " + Protocols.GROUP_NAME + ", the only group here");
        }
        return new int[] {Protocols.GROUP};
    }

    @Override
    protected Vector<ProtocolName> getProtocolNames() {
        Vector<ProtocolName> names = new Vector<>();
        for (Protocols.Alpn alpn : Protocols.Alpn.values()) {
            names.add(ProtocolName.asUtf8Encoding(alpn.text));
        }
        return names;
    }

    @Override
    public void processClientExtensions(@SuppressWarnings("rawtypes") Hashtable extensions) throws IOException {
        super.processClientExtensions(extensions);
        if (selectedProtocolName == null) {
            throw handshake.refuse(
                    AlertDescription.no_application_protocol,
                    handshake.remote() + " names no application protocol: is it a carnetd?");
        }
    }

    @Override
    public CertificateRequest getCertificateRequest() throws IOException {
        return new CertificateRequest(
                TlsUtils.EMPTY_BYTES, TlsUtils.getDefaultSupportedSignatureAlgorithms(context), null, null);
    }

    @Override
    public int getMaxCertificateChainLength() {
        return Certificates.CHAIN_CERTIFICATES_MAX;
    }

    @Override
    public TlsCredentials getCredentials() throws IOException {
        return TlsIdentity.signer(handshake.own(), jca, context, TlsUtils.EMPTY_BYTES);
    }

    @Override
    public void notifyClientCertificate(Certificate certificate) throws IOException {
        handshake.checkPeer(certificate, Usage.DIALLER);
    }

    @Override
    public void notifyHandshakeComplete() throws IOException {
        super.notifyHandshakeComplete();
        handshake.complete(context);
    }
}
