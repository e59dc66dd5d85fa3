package dev.carnet.client.identity;

import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The two kinds of certificates that are made here: a CA that is bound to its trust domain, and a leaf by the rules of SPEC section 5. */
final class CertificateMaker {
    static final Duration CA_LIFE = Duration.ofDays(3_652);

    /** Clocks of nodes differ: a certificate is valid a little before it is made. */
    static final Duration BACKDATED = Duration.ofMinutes(5);

    private static final int SERIAL_BITS = 127;
    private static final int COMMON_NAME_CHARS_MAX = 64;

    /** A trust domain that is a host name too, so that a URI name constraint can say it. */
    private static final Pattern HOST =
            Pattern.compile("([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)*[a-z]([a-z0-9-]*[a-z0-9])?");

    private final SecureRandom random;

    CertificateMaker(SecureRandom random) {
        this.random = random;
    }

    /** Self-signed; signs leaves alone, and names of its trust domain alone where a constraint can say so. */
    X509Certificate authority(SpiffeId domain, KeyPair keys, Instant now) {
        X500Name name = commonName("Carnet CA " + domain.trustDomain());
        var builder = builder(name, name, keys.getPublic(), now, now.plus(CA_LIFE));
        try {
            var utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(keys.getPublic()));
            builder.addExtension(Extension.subjectAlternativeName, false, uri(domain));
            if (HOST.matcher(domain.trustDomain()).matches()) {
                var permitted = new GeneralSubtree(
                        new GeneralName(GeneralName.uniformResourceIdentifier, domain.trustDomain()));
                builder.addExtension(
                        Extension.nameConstraints, true, new NameConstraints(new GeneralSubtree[] {permitted}, null));
            }
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IdentityException("the CA's certificate cannot be made: " + e.getMessage(), e);
        }
        return sign(builder, keys.getPrivate());
    }

    /** Ends no later than its CA. */
    X509Certificate leaf(Authority ca, SpiffeId id, PublicKey key, Instant now, Duration life) {
        Instant caEnds = ca.certificate().getNotAfter().toInstant();
        Instant end = now.plus(life).isAfter(caEnds) ? caEnds : now.plus(life);
        // The bytes of the CA's name, as they stand in its certificate: some verifiers compare bytes.
        X500Name issuer =
                X500Name.getInstance(ca.certificate().getSubjectX500Principal().getEncoded());
        String path = id.path();
        var builder = builder(issuer, commonName(path.substring(path.lastIndexOf('/') + 1)), key, now, end);
        try {
            var utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            builder.addExtension(Extension.subjectAlternativeName, false, uri(id));
            builder.addExtension(Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(key));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    utils.createAuthorityKeyIdentifier(ca.certificate().getPublicKey()));
        } catch (CertIOException | GeneralSecurityException e) {
            throw new IdentityException("the certificate of " + id + " cannot be made: " + e.getMessage(), e);
        }
        return sign(builder, ca.key());
    }

    static X500Name commonName(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, name.substring(0, Math.min(name.length(), COMMON_NAME_CHARS_MAX)))
                .build();
    }

    static GeneralNames uri(SpiffeId id) {
        return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, id.uri()));
    }

    /** How a key of this kind signs certificates and requests. */
    static String signatureAlgorithm(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> "Ed25519";
        };
    }

    private X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Instant now, Instant end) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
                Date.from(now.minus(BACKDATED)),
                Date.from(end),
                subject,
                key);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
        try {
            var signer = new JcaContentSignerBuilder(signatureAlgorithm(key)).build(key);
            var made = new JcaX509CertificateConverter().getCertificate(builder.build(signer));
            // Read again by the platform's own parser: what is written is what others will see.
            return Pem.certificates(Pem.encode(Pem.CERTIFICATE, made.getEncoded()))
                    .getFirst();
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IdentityException("a certificate cannot be signed: " + e.getMessage(), e);
        }
    }
}
