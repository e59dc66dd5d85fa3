package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.ledger.ForkedPeers;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import dev.carnet.daemon.transfer.rows.PeerKeysRow;
import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.KeyEvidence;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The key bindings of peers, pinned at first sight; a change is taken only where the pinned keys explain it (SPEC section 10). */
final class PeerKeys {
    private static final Logger log = LoggerFactory.getLogger(PeerKeys.class);

    /** Of one peer: in one transfer, and that are kept for its transfers. Twice as many as a session can bring. */
    private static final int BINDINGS_MAX = 32;

    private final Room room;
    private final Map<String, KeyBinding> known = new ConcurrentHashMap<>();
    private final Map<String, String> brokenSteps = new ConcurrentHashMap<>(); // of configured peers: why
    private final KeySteps steps;
    private final Object pinning = new Object(); // so that who is slow does not pin what is older

    PeerKeys(Room room) {
        this.room = room;
        this.steps = new KeySteps(room, this);
    }

    KeySteps steps() {
        return steps;
    }

    /** What a message in this session carries; the bindings before it go first. */
    KeyEvidence ours(Session session) {
        steps.tell(session);
        return ours();
    }

    /** What our messages carry. */
    KeyEvidence ours() {
        return KeySteps.wire(room.ledger().keys().evidence());
    }

    /**
     * Verifies a peer's evidence and pins it.
     *
     * @throws TransferException KEY_BINDING
     */
    void accept(String peer, KeyEvidence evidence) {
        byte[] binding = evidence.getBinding().toByteArray();
        boolean same = pinned(peer)
                .filter(known -> Arrays.equals(known.envelope(), binding))
                .isPresent();
        if (!same) {
            synchronized (pinning) {
                follow(peer, binding, evidence);
            }
        }
    }

    private void follow(String peer, byte[] binding, KeyEvidence evidence) {
        Optional<KeyBinding> pinned = pinned(peer);
        KeyBinding now = verify(peer, binding, evidence.getProof().toByteArray());
        try {
            pinned.ifPresent(now::mustFollow);
        } catch (StatementException e) {
            String step = brokenSteps.get(peer);
            throw refused(
                    peer,
                    e.getMessage() + (step == null ? "" : "; a binding before it was not taken: " + step)
                            + "; if its operator says that it lost its keys, and you know that by another way: `carnet peer rekey`",
                    e);
        }
        pin(peer, evidence, now);
    }

    /**
     * Takes a binding that follows the pinned one, and passes over all others: they may be older. What follows it, the binding of an Offer, Accept or Resume at the
     * latest, is refused where a step is missing.
     */
    void step(String peer, KeyEvidence evidence) {
        byte[] binding = evidence.getBinding().toByteArray();
        try {
            String previous = KeyBindingStatement.read(Dsse.parse(binding).payload())
                    .list()
                    .previous();
            synchronized (pinning) {
                Optional<KeyBinding> pinned =
                        pinned(peer).filter(known -> known.payloadDigest().equals(previous));
                if (pinned.isPresent()) {
                    KeyBinding next = verify(peer, binding, evidence.getProof().toByteArray());
                    next.mustFollow(pinned.get());
                    pin(peer, evidence, next);
                    brokenSteps.remove(peer);
                }
            }
        } catch (StatementException | TransferException | NoRoomException e) {
            log.warn("an earlier key binding of {} is not taken: {}", peer, e.getMessage());
            brokenSteps.put(peer, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Forgets the pinned binding: the next one that the peer shows is pinned as if it were the first. What it has signed in transfers is verified with the keys that it had then.
     *
     * @return whether one was pinned
     */
    boolean forget(String peer) {
        synchronized (pinning) {
            boolean pinned = pinned(peer).isPresent();
            room.store().update(tx -> {
                tx.delete(Table.PEER_KEYS, peer.getBytes(UTF_8));
                ForkedPeers.forget(tx, peer);
            });
            known.remove(peer);
            brokenSteps.remove(peer);
            return pinned;
        }
    }

    private void pin(String peer, KeyEvidence evidence, KeyBinding now) {
        byte[] row = PeerKeysRow.newBuilder()
                .setBinding(evidence.getBinding())
                .setProof(evidence.getProof())
                .build()
                .toByteArray();
        room.store().update(tx -> {
            tx.put(Table.PEER_KEYS, peer.getBytes(UTF_8), row);
            keepForTransfers(tx, peer, row);
        });
        known.put(peer, now);
    }

    /** {@link #accept(String, KeyEvidence)}, for a transfer: what the peer signs with these keys counts in it, whatever it signs with later. */
    void accept(Transfer transfer, KeyEvidence evidence) {
        String peer = transfer.row().getPeer();
        accept(peer, evidence);
        String digest = binding(peer);
        List<String> all = transfer.row().getPeerBindingsList();
        if (all.isEmpty()) {
            transfer.update(row -> row.addPeerBindings(digest));
        } else if (!all.getLast().equals(digest)) {
            List<String> since = since(peer, all.getLast());
            if (all.size() + since.size() > BINDINGS_MAX) {
                throw refused(peer, "it has had " + BINDINGS_MAX + " others in this very transfer", null);
            }
            transfer.update(row -> row.addAllPeerBindings(since));
        }
    }

    /** The bindings that were pinned after this one, in their order: the peer may have signed with any of them. */
    private List<String> since(String peer, String digest) {
        List<String> all = everPinned(peer).stream()
                .map(row -> Dsse.parse(row.getBinding().toByteArray()).payloadDigest())
                .toList();
        return all.subList(all.lastIndexOf(digest) + 1, all.size());
    }

    /** Of the pinned binding: SHA-256 of its payload. */
    String binding(String peer) {
        return mustBePinned(peer).payloadDigest();
    }

    /** Of our own. */
    String own() {
        return Dsse.parse(room.ledger().keys().evidence().binding()).payloadDigest();
    }

    /** The peer's entry keys that an envelope of a transfer is to be verified with: those pinned now, or others that were during this transfer, where they signed it. */
    EntryKeys signer(Transfer transfer, Dsse dsse) {
        EntryKeys now = of(transfer.row().getPeer());
        if (signed(dsse, now)) {
            return now;
        }
        return transfer.row().getPeerBindingsList().stream()
                .map(digest -> ever(transfer.row().getPeer(), digest))
                .flatMap(Optional::stream)
                .map(KeyBinding::entry)
                .filter(keys -> signed(dsse, keys))
                .findFirst()
                .orElse(now); // which says what is missing
    }

    private static boolean signed(Dsse dsse, EntryKeys keys) {
        return dsse.signatures().stream().anyMatch(s -> s.keyId().equals(keys.ed25519Id()));
    }

    /** The newest ones of a peer, numbered: however often it replaces its keys, it gets no more room. */
    private static void keepForTransfers(Tx tx, String peer, byte[] row) {
        byte[] prefix = everPrefix(peer);
        List<byte[]> kept = new ArrayList<>();
        tx.scan(Table.PEER_KEYS, prefix, (key, value) -> kept.add(key));
        int number = kept.isEmpty() ? 0 : ByteBuffer.wrap(kept.getLast()).getInt(prefix.length) + 1;
        for (byte[] old : kept.subList(0, Math.max(0, kept.size() - BINDINGS_MAX + 1))) {
            tx.delete(Table.PEER_KEYS, old);
        }
        byte[] key = ByteBuffer.allocate(prefix.length + Integer.BYTES)
                .put(prefix)
                .putInt(number)
                .array();
        tx.put(Table.PEER_KEYS, key, row);
    }

    /** One that was pinned at some time, and verified then. */
    private Optional<KeyBinding> ever(String peer, String digest) {
        return everPinned(peer).stream()
                .filter(row -> Dsse.parse(row.getBinding().toByteArray())
                        .payloadDigest()
                        .equals(digest))
                .map(PeerKeys::verified)
                .findFirst();
    }

    /** The newest of those that were pinned, the oldest first. */
    List<KeyBinding> kept(String peer) {
        return everPinned(peer).stream().map(PeerKeys::verified).toList();
    }

    private List<PeerKeysRow> everPinned(String peer) {
        List<PeerKeysRow> rows = new ArrayList<>();
        room.store().read(tx -> {
            tx.scan(
                    Table.PEER_KEYS,
                    everPrefix(peer),
                    (key, value) -> rows.add(Rows.parse(PeerKeysRow.parser(), value)));
            return rows;
        });
        return rows;
    }

    private static byte[] everPrefix(String peer) {
        byte[] hash = Transfer.sha256(peer.getBytes(UTF_8)).toByteArray();
        return ByteBuffer.allocate(1 + hash.length).put((byte) 0).put(hash).array();
    }

    private static KeyBinding read(byte[] bytes) {
        return verified(Rows.parse(PeerKeysRow.parser(), bytes));
    }

    private static KeyBinding verified(PeerKeysRow row) {
        return KeyBinding.verify(row.getBinding().toByteArray(), row.getProof().toByteArray());
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
        String origin = verified.list().origin();
        if (origin.equals(room.ledger().origin())
                || room.settings().peers().values().stream()
                        .filter(other -> !other.equals(peer))
                        .anyMatch(other -> pinned(other)
                                .filter(known -> known.list().origin().equals(origin))
                                .isPresent())) {
            throw refused(peer, "it names the ledger " + origin + ", which is another's", null);
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
     * The pinned binding.
     *
     * @throws TransferException KEY_BINDING where there is none
     */
    KeyBinding mustBePinned(String peer) {
        return pinned(peer).orElseThrow(() -> refused(peer, "it has shown no key binding", null));
    }

    /**
     * The pinned entry keys.
     *
     * @throws TransferException KEY_BINDING where there are none
     */
    EntryKeys of(String peer) {
        return mustBePinned(peer).entry();
    }

    private Optional<KeyBinding> pinned(String peer) {
        KeyBinding cached = known.get(peer);
        if (cached != null) {
            return Optional.of(cached);
        }
        Optional<KeyBinding> stored = room.store()
                .read(tx -> tx.get(Table.PEER_KEYS, peer.getBytes(UTF_8)))
                .map(PeerKeys::read);
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
