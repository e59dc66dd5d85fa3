package dev.carnet.daemon.hostile;

import com.google.protobuf.ByteString;
import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.ledger.Keyring;
import dev.carnet.daemon.ledger.LeafSigner;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.Ledgers;
import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.transport.Credentials;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.wire.v1.KeyEvidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** An identity with a good certificate, and keys of its own that a true binding explains. */
final class Liar implements AutoCloseable {
    final String id;
    final Credentials credentials;
    private final LmdbStore store;
    private final Ledger ledger;

    Liar(Authority ca, String id, Path folder) throws IOException {
        this(id, issued(ca, id, folder), folder);
    }

    private Liar(String id, Credentials credentials, Path folder) throws IOException {
        this.id = id;
        this.credentials = credentials;
        Path state = Files.createDirectories(folder.resolve("state"));
        store = LmdbStore.open(state.resolve("db"));
        ledger = Ledgers.open(state, store, Optional.empty(), signer(), Clock.systemUTC(), new SecureRandom());
    }

    /** The same identity, with keys that nobody has seen. */
    Liar withOtherKeys(Path folder) throws IOException {
        return new Liar(id, credentials, folder);
    }

    static Credentials issued(Authority ca, String id, Path folder) throws IOException {
        Path identity = folder.resolve("identity");
        Identities.system().issue(ca, SpiffeId.parse(id), identity);
        return Credentials.load(identity.resolve(Identities.CERTIFICATE), identity.resolve(Identities.KEY));
    }

    String origin() {
        return ledger.origin();
    }

    Keyring keys() {
        return ledger.keys();
    }

    KeyEvidence evidence() {
        Keyring.Evidence evidence = keys().evidence();
        return KeyEvidence.newBuilder()
                .setBinding(ByteString.copyFrom(evidence.binding()))
                .setProof(ByteString.copyFrom(evidence.proof()))
                .build();
    }

    private LeafSigner signer() {
        return new LeafSigner() {
            @Override
            public String spiffeId() {
                return credentials.spiffeId();
            }

            @Override
            public String algorithm() {
                return credentials.algorithm();
            }

            @Override
            public byte[] sign(byte[] message) {
                return credentials.sign(message);
            }

            @Override
            public List<byte[]> chain() {
                return credentials.chainDer();
            }
        };
    }

    @Override
    public void close() {
        ledger.close();
        store.close();
    }
}
