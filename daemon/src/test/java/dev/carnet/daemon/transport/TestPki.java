package dev.carnet.daemon.transport;

import dev.carnet.proto.identity.TrustAnchors;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Authorities and leaves, good and bad. */
final class TestPki {
    static final String EC = "EC";
    static final String ED25519 = "Ed25519";
    static final String RSA = "RSA";

    private static final AtomicLong SERIAL = new AtomicLong(1);

    private TestPki() {}

    static KeyPair keys(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals(EC)) {
                generator.initialize(256);
            } else if (algorithm.equals(RSA)) {
                generator.initialize(2048);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static TrustAnchors trust(Ca... authorities) {
        Map<String, List<X509Certificate>> anchors = new HashMap<>();
        for (Ca ca : authorities) {
            anchors.put(
                    ca.domain,
                    Stream.concat(anchors.getOrDefault(ca.domain, List.of()).stream(), Stream.of(ca.certificate))
                            .toList());
        }
        return new TrustAnchors(anchors);
    }

    /** An authority of a trust domain. */
    static final class Ca {
        final String domain;
        final String algorithm;
        final KeyPair keys;
        final X509Certificate certificate;

        Ca(String domain) {
            this(domain, EC);
        }

        Ca(String domain, String algorithm) {
            this.domain = domain;
            this.algorithm = algorithm;
            this.keys = keys(algorithm);
            Leaf self = new Leaf(this);
            self.ca = true;
            this.certificate = self.certificate(keys, "CN=CA of " + domain);
        }

        Leaf leaf() {
            return new Leaf(this);
        }

        /** A good one. */
        Credentials credentials(String name) {
            return leaf().uri("spiffe://" + domain + "/" + name).credentials();
        }
    }

    /** A certificate in the making. */
    static final class Leaf {
        private final Ca issuer;
        private final List<GeneralName> names = new ArrayList<>();
        private Instant from = Instant.now().minus(Duration.ofHours(1));
        private Instant until = Instant.now().plus(Duration.ofDays(1));
        private boolean ca;
        private String algorithm = EC;

        private Leaf(Ca issuer) {
            this.issuer = issuer;
        }

        Leaf uri(String uri) {
            names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
            return this;
        }

        Leaf valid(Instant begin, Instant end) {
            from = begin;
            until = end;
            return this;
        }

        Leaf isCa() {
            ca = true;
            return this;
        }

        Leaf algorithm(String name) {
            algorithm = name;
            return this;
        }

        Credentials credentials() {
            KeyPair keys = keys(algorithm);
            return Credentials.of(List.of(certificate(keys, "CN=leaf")), keys.getPrivate());
        }

        X509Certificate certificate(KeyPair own, String subject) {
            try {
                var builder = new JcaX509v3CertificateBuilder(
                        new X500Name("CN=CA of " + issuer.domain),
                        BigInteger.valueOf(SERIAL.getAndIncrement()),
                        Date.from(from),
                        Date.from(until),
                        new X500Name(subject),
                        own.getPublic());
                if (!names.isEmpty()) {
                    builder.addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(names.toArray(new GeneralName[0])));
                }
                builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
                builder.addExtension(
                        Extension.keyUsage,
                        true,
                        new KeyUsage(
                                ca ? KeyUsage.keyCertSign | KeyUsage.digitalSignature : KeyUsage.digitalSignature));
                String signature = switch (issuer.algorithm) {
                    case EC -> "SHA256withECDSA";
                    case RSA -> "SHA256withRSA";
                    default -> issuer.algorithm;
                };
                return new JcaX509CertificateConverter()
                        .getCertificate(
                                builder.build(new JcaContentSignerBuilder(signature).build(issuer.keys.getPrivate())));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
