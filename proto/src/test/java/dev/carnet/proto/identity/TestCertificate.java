package dev.carnet.proto.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.Time;
import org.bouncycastle.asn1.x509.V3TBSCertificateGenerator;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** Makes certificates, wrong ones above all: EC P-256, every part of them to be chosen. */
final class TestCertificate {
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant MIDDLE = Instant.parse("2026-06-01T00:00:00Z");
    static final Instant END = Instant.parse("2027-01-01T00:00:00Z");

    private static final AtomicLong SERIAL = new AtomicLong(1);

    /** A certificate and its key. */
    record Made(X509Certificate certificate, KeyPair keys) {}

    private String subject = "CN=leaf";
    private BasicConstraints basicConstraints = new BasicConstraints(false);
    private int keyUsage = KeyUsage.digitalSignature;
    private final List<KeyPurposeId> purposes = new ArrayList<>();
    private final List<GeneralName> names = new ArrayList<>();
    private NameConstraints nameConstraints;
    private Instant begin = BEGIN;
    private Instant end = END;
    private KeyPair keys;
    private boolean critical;

    /** A leaf without alternative names. */
    static TestCertificate nameless() {
        return new TestCertificate();
    }

    static TestCertificate leaf(String uri) {
        return new TestCertificate().uri(uri);
    }

    static TestCertificate ca(String subject) {
        var ca = new TestCertificate();
        ca.subject = subject;
        ca.basicConstraints = new BasicConstraints(true);
        ca.keyUsage = KeyUsage.keyCertSign;
        return ca;
    }

    TestCertificate subject(String name) {
        subject = name;
        return this;
    }

    TestCertificate uri(String uri) {
        names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
        return this;
    }

    TestCertificate dns(String host) {
        names.add(new GeneralName(GeneralName.dNSName, host));
        return this;
    }

    TestCertificate pathLength(int length) {
        basicConstraints = new BasicConstraints(length);
        return this;
    }

    TestCertificate isCa() {
        basicConstraints = new BasicConstraints(true);
        return this;
    }

    /** 0: no such extension. */
    TestCertificate keyUsage(int bits) {
        keyUsage = bits;
        return this;
    }

    TestCertificate purposes(KeyPurposeId... ids) {
        purposes.addAll(List.of(ids));
        return this;
    }

    TestCertificate permits(String host) {
        var subtree = new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, host));
        nameConstraints = new NameConstraints(new GeneralSubtree[] {subtree}, null);
        return this;
    }

    TestCertificate within(Instant from, Instant to) {
        begin = from;
        end = to;
        return this;
    }

    TestCertificate keys(KeyPair pair) {
        keys = pair;
        return this;
    }

    /** Alternative names and extended key usage are marked critical. */
    TestCertificate critical() {
        critical = true;
        return this;
    }

    Made selfSigned() {
        KeyPair own = keys == null ? newKeys() : keys;
        return make(subject, own, own);
    }

    Made by(Made issuer) {
        return make(
                issuer.certificate().getSubjectX500Principal().getName(),
                issuer.keys(),
                keys == null ? newKeys() : keys);
    }

    private Made make(String issuer, KeyPair issuerKeys, KeyPair own) {
        try {
            var algorithm = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
            var generator = new V3TBSCertificateGenerator();
            generator.setSerialNumber(new ASN1Integer(BigInteger.valueOf(SERIAL.getAndIncrement())));
            generator.setIssuer(new X500Name(issuer));
            generator.setSubject(new X500Name(subject));
            generator.setStartDate(new Time(Date.from(begin)));
            generator.setEndDate(new Time(Date.from(end)));
            generator.setSubjectPublicKeyInfo(
                    SubjectPublicKeyInfo.getInstance(own.getPublic().getEncoded()));
            generator.setSignature(algorithm);
            generator.setExtensions(extensions().generate());
            var body = generator.generateTBSCertificate();
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(issuerKeys.getPrivate());
            signature.update(body.getEncoded("DER"));
            var parts = new ASN1EncodableVector();
            parts.add(body);
            parts.add(algorithm);
            parts.add(new DERBitString(signature.sign()));
            return new Made(Certificates.parse(new DERSequence(parts).getEncoded("DER")), own);
        } catch (java.io.IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private ExtensionsGenerator extensions() throws java.io.IOException {
        var extensions = new ExtensionsGenerator();
        extensions.addExtension(Extension.basicConstraints, true, basicConstraints);
        if (keyUsage != 0) {
            extensions.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsage));
        }
        if (!purposes.isEmpty()) {
            extensions.addExtension(
                    Extension.extendedKeyUsage, critical, new ExtendedKeyUsage(purposes.toArray(new KeyPurposeId[0])));
        }
        if (!names.isEmpty()) {
            extensions.addExtension(
                    Extension.subjectAlternativeName, critical, new GeneralNames(names.toArray(new GeneralName[0])));
        }
        if (nameConstraints != null) {
            extensions.addExtension(Extension.nameConstraints, true, nameConstraints);
        }
        return extensions;
    }

    static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
