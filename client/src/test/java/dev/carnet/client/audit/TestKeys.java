package dev.carnet.client.audit;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.PublicKeys;
import dev.carnet.proto.ledger.Spki;
import dev.carnet.proto.log.Cosignatures;
import dev.carnet.proto.log.Frontier;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.NoteSignature;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** One purpose's keys, both algorithms, with what signs. */
final class TestKeys {
    private static final SecureRandom RANDOM = new SecureRandom();
    private final byte[] secret = new byte[Ed25519.SECRET_KEY_SIZE];
    private final byte[] point = new byte[Ed25519.PUBLIC_KEY_SIZE];
    private final KeyPair mldsa = pair("ML-DSA-44");

    TestKeys() {
        Ed25519.generatePrivateKey(RANDOM, secret);
        Ed25519.generatePublicKey(secret, 0, point, 0);
    }

    static KeyPair pair(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (algorithm.equals("EC")) {
                generator.initialize(new ECGenParameterSpec("secp256r1"));
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    PublicKeys.Pair publicKeys() {
        return new PublicKeys.Pair(Spki.ed25519(point), mldsa.getPublic().getEncoded());
    }

    byte[] ed25519(byte[] message) {
        byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
        Ed25519.sign(secret, 0, message, 0, message.length, signature, 0);
        return signature;
    }

    byte[] mldsa44(byte[] message) {
        try {
            Signature signer = Signature.getInstance("ML-DSA-44");
            signer.initSign(mldsa.getPrivate());
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Signatures of a payload: by Ed25519, and by the other too. */
    List<Dsse.Signature> sign(byte[] payload, boolean both) {
        byte[] pae = Dsse.pae(payload);
        var keys = publicKeys().entryKeys();
        var first = new Dsse.Signature(keys.ed25519Id(), ed25519(pae));
        return both ? List.of(first, new Dsse.Signature(keys.mldsa44Id(), mldsa44(pae))) : List.of(first);
    }

    /** Both lines of a log. */
    List<NoteSignature> signLog(LogCheckpoint body) {
        var keys = LogKeys.log(body.origin(), publicKeys());
        return List.of(
                NoteSignature.of(keys.getFirst(), ed25519(body.body())),
                NoteSignature.timed(keys.getLast(), 7, mldsa44(Cosignatures.mldsa44Message(body.origin(), 7, body))));
    }

    NoteKey witness(String name) {
        return new NoteKey(name, NoteKey.COSIGNATURE_ED25519, point);
    }

    NoteSignature cosign(String name, LogCheckpoint body, long time) {
        return NoteSignature.timed(witness(name), time, ed25519(Cosignatures.ed25519Message(time, body)));
    }

    static LogCheckpoint checkpoint(String origin, List<byte[]> entries) {
        var frontier = new Frontier();
        entries.forEach(entry -> frontier.add(Merkle.leaf(entry)));
        Hash32 root = frontier.root();
        return new LogCheckpoint(origin, entries.size(), root);
    }
}
