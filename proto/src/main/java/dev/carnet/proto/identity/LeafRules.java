package dev.carnet.proto.identity;

import dev.carnet.proto.identity.TrustAnchors.Usage;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** What a leaf has to be besides correctly certified (SPEC section 5, and the X.509-SVID standard of SPIFFE that it follows). */
final class LeafRules {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    /** Bits of KeyUsage, RFC 5280 section 4.2.1.3. */
    private static final int DIGITAL_SIGNATURE = 0;

    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;

    private LeafRules() {}

    static void check(X509Certificate leaf, SpiffeId id, Usage usage) {
        if (id.path().isEmpty()) {
            throw new IdentityException("the certificate of " + id + " names a trust domain, not a daemon");
        }
        if (leaf.getBasicConstraints() >= 0) {
            throw new IdentityException("the certificate of " + id + " is that of a CA");
        }
        LeafKeys.check(leaf.getPublicKey(), id.uri());
        checkKeyUsage(leaf, id);
        checkExtendedKeyUsage(leaf, id, usage);
    }

    private static void checkKeyUsage(X509Certificate leaf, SpiffeId id) {
        boolean[] bits = leaf.getKeyUsage();
        if (bits == null || !bits[DIGITAL_SIGNATURE]) {
            throw new IdentityException("the key usage of the certificate of " + id + " has no digitalSignature");
        }
        if (bits[KEY_CERT_SIGN] || bits[CRL_SIGN]) {
            throw new IdentityException("the key usage of the certificate of " + id + " is that of a CA");
        }
    }

    private static void checkExtendedKeyUsage(X509Certificate leaf, SpiffeId id, Usage usage) {
        List<String> purposes = extendedKeyUsage(leaf, id);
        boolean good = switch (usage) {
            case DIALLER -> purposes.contains(CLIENT_AUTH);
            case ACCEPTOR -> purposes.contains(SERVER_AUTH);
            case EVIDENCE -> purposes.contains(CLIENT_AUTH) || purposes.contains(SERVER_AUTH);
        };
        if (!good) {
            throw new IdentityException("the extended key usage of the certificate of " + id + " has no "
                    + switch (usage) {
                        case DIALLER -> "clientAuth, and it dialled";
                        case ACCEPTOR -> "serverAuth, and it was dialled";
                        case EVIDENCE -> "clientAuth or serverAuth";
                    });
        }
    }

    /** Both purposes where the extension is absent, which then restricts nothing. */
    private static List<String> extendedKeyUsage(X509Certificate leaf, SpiffeId id) {
        try {
            List<String> purposes = leaf.getExtendedKeyUsage();
            return purposes == null ? List.of(CLIENT_AUTH, SERVER_AUTH) : purposes;
        } catch (CertificateParsingException e) {
            throw new IdentityException("the extended key usage of the certificate of " + id + " cannot be read", e);
        }
    }
}
