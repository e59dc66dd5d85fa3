package dev.carnet.daemon.ledger;

import dev.carnet.proto.oms.OmsSigner;
import java.io.IOException;
import java.math.BigInteger;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;

/** The manifest key. Its nonces follow from key and message (RFC 6979), so that a bundle that is made again after a crash is the same one. */
final class ManifestSigner implements OmsSigner {
    private final ECPrivateKeyParameters key;
    private final byte[] publicKey;

    ManifestSigner(byte[] secret) {
        key = new ECPrivateKeyParameters(
                new BigInteger(1, secret), new ECDomainParameters(CustomNamedCurves.getByName("secp256r1")));
        publicKey = KeyKind.P256.publicKey(secret);
    }

    @Override
    public byte[] publicKey() {
        return publicKey.clone();
    }

    @Override
    public byte[] sign(byte[] sha256) {
        var signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, key);
        var parts = signer.generateSignature(sha256);
        try {
            return StandardDSAEncoding.INSTANCE.encode(signer.getOrder(), parts[0], parts[1]);
        } catch (IOException e) {
            throw new IllegalStateException("two numbers have a DER encoding", e);
        }
    }
}
