package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.ledger.Keyring;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.transfer.rows.PeerKeysRow;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.KeyEvidence;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The key bindings of peers, pinned at first sight; a change is taken only where the pinned keys explain it (SPEC section 10). */
final class PeerKeys {
    private final Room room;
    private final Map<String, KeyBinding> known = new ConcurrentHashMap<>();

    PeerKeys(Room room) {
        this.room = room;
    }

    /** What our messages carry. */
    KeyEvidence ours() {
        Keyring.Evidence evidence = room.ledger().keys().evidence();
        return KeyEvidence.newBuilder()
                .setBinding(ByteString.copyFrom(evidence.binding()))
                .setProof(ByteString.copyFrom(evidence.proof()))
                .build();
    }

    /**
     * Verifies a peer's evidence and pins it.
     *
     * @throws TransferException KEY_BINDING
     */
    void accept(String peer, KeyEvidence evidence) {
        byte[] binding = evidence.getBinding().toByteArray();
        Optional<KeyBinding> pinned = pinned(peer);
        if (pinned.isPresent() && java.util.Arrays.equals(pinned.get().envelope(), binding)) {
            return;
        }
        KeyBinding now = verify(peer, binding, evidence.getProof().toByteArray());
        try {
            pinned.ifPresent(now::mustFollow);
        } catch (StatementException e) {
            throw refused(
                    peer,
                    e.getMessage() + "; if its operator says that it lost its keys, remove its pinned binding",
                    e);
        }
        PeerKeysRow row = PeerKeysRow.newBuilder()
                .setBinding(evidence.getBinding())
                .setProof(evidence.getProof())
                .build();
        room.store().update(tx -> tx.put(Table.PEER_KEYS, peer.getBytes(UTF_8), row.toByteArray()));
        known.put(peer, now);
    }

    private KeyBinding verify(String peer, byte[] binding, byte[] proof) {
        KeyBinding verified;
        try {
            verified = KeyBinding.verify(binding, proof);
        } catch (StatementException e) {
            throw refused(peer, String.valueOf(e.getMessage()), e);
        }
        if (!verified.list().spiffeId().equals(peer)) {
            throw refused(peer, "it binds the keys of " + verified.list().spiffeId(), null);
        }
        X509Certificate leaf = verified.chain().getFirst();
        try {
            room.anchors().validate(verified.chain(), within(leaf), TrustAnchors.Usage.EVIDENCE);
        } catch (IdentityException e) {
            throw refused(peer, String.valueOf(e.getMessage()), e);
        }
        return verified;
    }

    /** Now, or the end of the leaf's life where that is past: a binding outlives the certificate that proved it. */
    private Instant within(X509Certificate leaf) {
        Instant now = Instant.ofEpochMilli(room.clock().millis());
        Instant end = leaf.getNotAfter().toInstant();
        return now.isAfter(end) ? end.minusSeconds(1) : now;
    }

    /**
     * The pinned entry keys.
     *
     * @throws TransferException KEY_BINDING where there are none
     */
    EntryKeys of(String peer) {
        return pinned(peer)
                .map(KeyBinding::entry)
                .orElseThrow(() -> refused(peer, "it has shown no key binding", null));
    }

    EntryKeys self() {
        return room.ledger().keys().publicKeys().entry().entryKeys();
    }

    private Optional<KeyBinding> pinned(String peer) {
        KeyBinding cached = known.get(peer);
        if (cached != null) {
            return Optional.of(cached);
        }
        Optional<KeyBinding> stored = room.store()
                .read(tx -> tx.get(Table.PEER_KEYS, peer.getBytes(UTF_8)))
                .map(bytes -> Rows.parse(PeerKeysRow.parser(), bytes))
                .map(row -> KeyBinding.verify(
                        row.getBinding().toByteArray(), row.getProof().toByteArray()));
        stored.ifPresent(binding -> known.put(peer, binding));
        return stored;
    }

    private static TransferException refused(
            String peer, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        String sentence = "the key binding of " + peer + " is not taken: " + why;
        return cause == null
                ? new TransferException(Code.KEY_BINDING, sentence)
                : new TransferException(Code.KEY_BINDING, sentence, cause);
    }
}
