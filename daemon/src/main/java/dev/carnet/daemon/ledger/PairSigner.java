package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.EntryKeys;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** One pair of keys of one purpose, signing. Ed25519 is Bouncy Castle's (a fifteenth of the JDK's time), ML-DSA-44 the JDK's. */
final class PairSigner {
    private static final String MLDSA44 = "ML-DSA-44";

    /** PKCS #8 around the 2,560 bytes of an expanded key, which is what the JDK takes. */
    private static final byte[] EXPANDED_HEAD =
            HexFormat.of().parseHex("30820a18020100300b060960864801650304031104820a0404820a00");

    private final Ed25519PrivateKeyParameters ed25519;
    private final PrivateKey mldsa44;
    private final EntryKeys keys;

    PairSigner(byte[] ed25519Secret, byte[] mldsa44Secret) {
        ed25519 = new Ed25519PrivateKeyParameters(ed25519Secret, 0);
        mldsa44 = jdkKey(mldsa44Secret);
        keys = new EntryKeys(KeyKind.ED25519.publicKey(ed25519Secret), KeyKind.MLDSA44.publicKey(mldsa44Secret));
    }

    private static PrivateKey jdkKey(byte[] seed) {
        var expanded = KeyKind.expanded(seed).getEncoded();
        var pkcs8 = KeyKind.joined(EXPANDED_HEAD, expanded);
        try {
            return KeyFactory.getInstance(MLDSA44).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java does not take an ML-DSA-44 key", e);
        }
    }

    EntryKeys keys() {
        return keys;
    }

    Dsse.Signature signEd25519(byte[] payload) {
        return new Dsse.Signature(keys.ed25519Id(), ed25519(Dsse.pae(payload)));
    }

    List<Dsse.Signature> signBoth(byte[] payload) {
        return List.of(signEd25519(payload), new Dsse.Signature(keys.mldsa44Id(), mldsa44(Dsse.pae(payload))));
    }

    /** The bare signature of a message. */
    byte[] ed25519(byte[] message) {
        var signature = new byte[Ed25519.SIGNATURE_SIZE];
        ed25519.sign(Ed25519.Algorithm.Ed25519, null, message, 0, message.length, signature, 0);
        return signature;
    }

    /** The bare signature of a message. */
    byte[] mldsa44(byte[] message) {
        try {
            var signer = Signature.getInstance(MLDSA44);
            signer.initSign(mldsa44);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java does not sign with ML-DSA-44", e);
        }
    }
}
