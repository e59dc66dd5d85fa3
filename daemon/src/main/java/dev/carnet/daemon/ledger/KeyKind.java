package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.Spki;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.MLDSAParameters;
import org.bouncycastle.crypto.params.MLDSAPrivateKeyParameters;

/**
 * The three kinds of keys. The secret of each is 32 bytes (RFC 8410's seed, RFC 9881's seed form, RFC 5915's scalar), so its PKCS #8 is a fixed head and those
 * bytes, and its public key follows from it.
 */
enum KeyKind {
    ED25519("302e020100300506032b657004220420") {
        @Override
        byte[] publicKey(byte[] secret) {
            return Spki.ed25519(new Ed25519PrivateKeyParameters(secret, 0)
                    .generatePublicKey()
                    .getEncoded());
        }
    },
    MLDSA44("3034020100300b060960864801650304031104228020") {
        @Override
        byte[] publicKey(byte[] secret) {
            return Spki.mldsa44(expanded(secret).getPublicKeyParameters().getEncoded());
        }
    },
    P256("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420") {
        @Override
        byte[] publicKey(byte[] secret) {
            var curve = CustomNamedCurves.getByName("secp256r1");
            var point =
                    curve.getG().multiply(new BigInteger(1, secret)).normalize().getEncoded(false);
            var head = HexFormat.of().parseHex("3059301306072a8648ce3d020106082a8648ce3d030107034200");
            return joined(head, point);
        }

        @Override
        boolean usable(byte[] secret) {
            var scalar = new BigInteger(1, secret);
            return scalar.signum() > 0
                    && scalar.compareTo(CustomNamedCurves.getByName("secp256r1").getN()) < 0;
        }
    };

    static final int SECRET_BYTES = 32;
    private final String head;

    KeyKind(String head) {
        this.head = head;
    }

    /** DER SubjectPublicKeyInfo. */
    abstract byte[] publicKey(byte[] secret);

    boolean usable(byte[] secret) {
        return secret.length == SECRET_BYTES;
    }

    byte[] newSecret(SecureRandom random) {
        var secret = new byte[SECRET_BYTES];
        do {
            random.nextBytes(secret);
        } while (!usable(secret));
        return secret;
    }

    byte[] pkcs8(byte[] secret) {
        return joined(HexFormat.of().parseHex(head), secret);
    }

    /** @throws IllegalArgumentException if this is not a key of this kind in the one form that {@link #pkcs8} gives */
    byte[] secret(byte[] pkcs8) {
        var prefix = HexFormat.of().parseHex(head);
        if (pkcs8.length != prefix.length + SECRET_BYTES
                || !Arrays.equals(prefix, Arrays.copyOf(pkcs8, prefix.length))) {
            throw new IllegalArgumentException("not a PKCS #8 private key of the kind " + this);
        }
        var secret = Arrays.copyOfRange(pkcs8, prefix.length, pkcs8.length);
        if (!usable(secret)) {
            throw new IllegalArgumentException("not a usable private key of the kind " + this);
        }
        return secret;
    }

    static byte[] joined(byte[] head, byte[] tail) {
        return ByteBuffer.allocate(head.length + tail.length)
                .put(head)
                .put(tail)
                .array();
    }

    static MLDSAPrivateKeyParameters expanded(byte[] seed) {
        return new MLDSAPrivateKeyParameters(MLDSAParameters.ml_dsa_44, seed, null);
    }
}
