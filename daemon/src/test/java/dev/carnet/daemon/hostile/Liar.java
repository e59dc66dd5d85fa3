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
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.KeyList;
import dev.carnet.proto.ledger.KeyProof;
import dev.carnet.proto.wire.v1.KeyEvidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An identity with a good certificate, and keys of its own that a true binding explains. */
final class Liar implements AutoCloseable {
    final String id;
    final Credentials credentials;
    private final Path state;
    private LmdbStore store;
    private Ledger ledger;
    private int replaced;

    Liar(Authority ca, String id, Path folder) throws IOException {
        this(id, issued(ca, id, folder), folder);
    }

    private Liar(String id, Credentials credentials, Path folder) throws IOException {
        this.id = id;
        this.credentials = credentials;
        this.state = Files.createDirectories(folder.resolve("state"));
        store = LmdbStore.open(state.resolve("db"));
        ledger = ledger();
    }

    private Ledger ledger() {
        return Ledgers.open(state, store, Optional.empty(), signer(), Clock.systemUTC(), new SecureRandom());
    }

    /** Its entry keys are others from now on, and a true binding says so. */
    void replaceKeys() throws IOException {
        close();
        Path before = Files.createDirectories(state.resolve("keys/previous"));
        for (String name : List.of("entry.ed25519", "entry.mldsa44")) {
            if (Files.exists(before.resolve(name))) {
                Files.move(before.resolve(name), before.resolve(name + "." + ++replaced));
            }
            Files.move(state.resolve("keys").resolve(name), before.resolve(name));
        }
        store = LmdbStore.open(state.resolve("db"));
        ledger = ledger();
    }

    /** A binding of our keys, which claims to follow another one; who signs for that one's keys never had them. */
    KeyEvidence forged(KeyEvidence pinned, Liar signer) {
        KeyList list = new KeyList(
                id, origin(), Dsse.parse(pinned.getBinding().toByteArray()).payloadDigest(), keys().publicKeys());
        LeafSigner leaf = signer();
        KeyProof proof = new KeyProof(list.encode(), leaf.algorithm(), leaf.sign(KeyProof.message(list)), leaf.chain());
        byte[] payload = new KeyBindingStatement(
                        id, origin(), Instant.parse("2026-06-01T00:00:00Z"), list, Push.sha256(proof.encode()))
                .payload();
        return KeyEvidence.newBuilder()
                .setBinding(ByteString.copyFrom(signer.keys().countersign(keys().signTwice(payload))))
                .setProof(ByteString.copyFrom(proof.encode()))
                .build();
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
