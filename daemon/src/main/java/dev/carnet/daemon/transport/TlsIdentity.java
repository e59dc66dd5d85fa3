package dev.carnet.daemon.transport;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateEntry;
import org.bouncycastle.tls.SignatureScheme;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCertificate;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;

/** Our credentials as Bouncy Castle wants them. */
final class TlsIdentity {
    private TlsIdentity() {}

    /**
     * @param requestContext of the CertificateRequest that is answered; empty for a server
     */
    static TlsCredentialedSigner signer(Credentials own, JcaTlsCrypto crypto, TlsContext context, byte[] requestContext)
            throws IOException {
        List<byte[]> chain = own.chainDer();
        CertificateEntry[] entries = new CertificateEntry[chain.size()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = new CertificateEntry(new JcaTlsCertificate(crypto, chain.get(i)), null);
        }
        return new JcaDefaultTlsCredentialedSigner(
                new TlsCryptoParameters(context),
                crypto,
                key(own, crypto),
                new Certificate(requestContext, entries),
                SignatureScheme.getSignatureAndHashAlgorithm(scheme(own.kind())));
    }

    /** Bouncy Castle signs with keys of its own kind alone. */
    private static PrivateKey key(Credentials own, JcaTlsCrypto crypto) throws TlsFatalAlert {
        String algorithm =
                own.kind() == Credentials.Kind.EC_P256 ? "EC" : own.kind() == Credentials.Kind.RSA ? "RSA" : "Ed25519";
        try {
            return crypto.getHelper()
                    .createKeyFactory(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(own.key().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new TlsFatalAlert(AlertDescription.internal_error, e);
        }
    }

    private static int scheme(Credentials.Kind kind) {
        return switch (kind) {
            case EC_P256 -> SignatureScheme.ecdsa_secp256r1_sha256;
            case ED25519 -> SignatureScheme.ed25519;
            case RSA -> SignatureScheme.rsa_pss_rsae_sha256;
        };
    }
}
