package dev.carnet.client.custody;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.KeyList;
import dev.carnet.proto.ledger.KeyProof;
import dev.carnet.proto.ledger.PublicKeys;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** All keys of a daemon, fresh ones. */
final class TestKeys {
    /** One purpose, both algorithms. */
    record Pair(KeyPair ed25519, KeyPair mldsa44) {
        static Pair make() {
            return new Pair(generate("Ed25519"), generate("ML-DSA-44"));
        }

        PublicKeys.Pair publicKeys() {
            return new PublicKeys.Pair(
                    ed25519.getPublic().getEncoded(), mldsa44.getPublic().getEncoded());
        }

        byte[] signEd25519(byte[] message) {
            return sign("Ed25519", ed25519.getPrivate(), message);
        }

        byte[] signMldsa44(byte[] message) {
            return sign("ML-DSA-44", mldsa44.getPrivate(), message);
        }
    }

    final Pair entry = Pair.make();
    final Pair log = Pair.make();
    final Pair witness = Pair.make();
    private final KeyPair manifest = generate("EC");
    private final KeyPair leaf = generate("EC");

    private static KeyPair generate(String algorithm) {
        try {
            var generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] sign(String algorithm, PrivateKey key, byte[] message) {
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    PublicKeys publicKeys() {
        return new PublicKeys(
                entry.publicKeys(),
                log.publicKeys(),
                witness.publicKeys(),
                manifest.getPublic().getEncoded());
    }

    EntryKeys entryKeys() {
        return entry.publicKeys().entryKeys();
    }

    Dsse.Signature ed25519(byte[] payload) {
        return new Dsse.Signature(entryKeys().ed25519Id(), entry.signEd25519(Dsse.pae(payload)));
    }

    Dsse.Signature mldsa44(byte[] payload) {
        return new Dsse.Signature(entryKeys().mldsa44Id(), entry.signMldsa44(Dsse.pae(payload)));
    }

    /** By a self-signed leaf. */
    byte[] proof(KeyList list) {
        byte[] message = KeyProof.message(list);
        return new KeyProof(
                        list.encode(),
                        "ecdsa-p256-sha256",
                        sign("SHA256withECDSA", leaf.getPrivate(), message),
                        List.of(certificate(list.spiffeId())))
                .encode();
    }

    private byte[] certificate(String spiffeId) {
        try {
            var name = new X500Name("CN=test");
            return new JcaX509v3CertificateBuilder(
                            name,
                            BigInteger.ONE,
                            Date.from(Instant.parse("2026-01-01T00:00:00Z")),
                            Date.from(Instant.parse("2027-01-01T00:00:00Z")),
                            name,
                            leaf.getPublic())
                    .addExtension(
                            Extension.subjectAlternativeName,
                            true,
                            new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, spiffeId)))
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(leaf.getPrivate()))
                    .getEncoded();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
