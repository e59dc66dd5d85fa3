package dev.carnet.perf.ledger;

import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.ledger.LeafSigner;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.List;

/** A daemon's TLS identity, of a CA of its own. */
record BenchLeaf(String spiffeId, PrivateKey key, List<byte[]> chain) implements LeafSigner {
    private static final SpiffeId ID = SpiffeId.parse("spiffe://perf.example.org/node/a");

    /** Makes both in a folder that has none yet. */
    static BenchLeaf make(Path folder) throws IOException {
        try {
            Identities identities = Identities.system();
            Authority authority = identities.makeAuthority(ID.trustDomain(), folder.resolve("ca"));
            byte[] certificate =
                    identities.issue(authority, ID, folder.resolve("leaf")).getEncoded();
            PrivateKey key =
                    Pem.privateKey(Files.readString(folder.resolve("leaf").resolve(Identities.KEY)));
            return new BenchLeaf(ID.uri(), key, List.of(certificate));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String algorithm() {
        return "ecdsa-p256-sha256";
    }

    @Override
    public byte[] sign(byte[] message) {
        try {
            Signature signer = Signature.getInstance("SHA256withECDSA");
            signer.initSign(key);
            signer.update(message);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
