package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.KeyList;
import dev.carnet.proto.ledger.KeyProof;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.PublicKeys;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.wire.Limits;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ties the keys in the files to the daemon's identity, as an entry of its own ledger: at first start, and when a key has changed. When only the TLS key rotates
 * nothing is bound again.
 */
final class KeyBindings {
    private static final Logger log = LoggerFactory.getLogger(KeyBindings.class);
    private static final int BINDINGS_MAX = 10_000;
    private final JournalledLedger ledger;
    private final Blobs blobs;
    private final KeyFiles files;
    private final LeafSigner leaf;
    private final String origin;
    private final Clock clock;

    KeyBindings(JournalledLedger ledger, Blobs blobs, KeyFiles files, LeafSigner leaf, String origin, Clock clock) {
        this.ledger = ledger;
        this.blobs = blobs;
        this.files = files;
        this.leaf = leaf;
        this.origin = origin;
        this.clock = clock;
    }

    /** The keyring, with keys made and bound where they were not. */
    FileKeyring open(SecureRandom random) throws IOException {
        var count = count();
        files.complete(count > 0, random);
        var current = count == 0 ? null : verified(key(count - 1));
        if (current == null || !current.list().keys().equals(files.publicKeys())) {
            bind(key(count), current);
            current = verified(key(count));
            checkKeys(current);
            count++;
        }
        return new FileKeyring(
                files.publicKeys(),
                files.entrySigner(),
                files.logSigner(),
                files.witnessSigner(),
                files.manifestSigner(),
                new Keyring.Evidence(current.envelope(), proof(current)),
                before(count - 1),
                files);
    }

    /** Those before a binding, as far back as they are whole: who lost an old one can still show what follows it. */
    private List<Keyring.Evidence> before(int current) {
        var found = new ArrayDeque<Keyring.Evidence>();
        try {
            for (var i = current - 1; i >= 0 && found.size() < Limits.KEY_STEPS_MAX; i--) {
                var binding = verified(key(i));
                found.addFirst(new Keyring.Evidence(binding.envelope(), proof(binding)));
            }
        } catch (LedgerException e) {
            log.warn(
                    "peers that know only an older key binding than the last {} cannot follow: {}",
                    found.size(),
                    e.getMessage());
        }
        return List.copyOf(found);
    }

    private int count() {
        var count = 0;
        while (ledger.find(key(count)).isPresent()) {
            if (++count > BINDINGS_MAX) {
                throw new LedgerException("more than " + BINDINGS_MAX + " key bindings are on record");
            }
        }
        return count;
    }

    private static EntryKey key(int ordinal) {
        return new EntryKey("daemon", "self", Predicate.KEY_BINDING, ordinal);
    }

    private void bind(EntryKey key, @Nullable KeyBinding previous) throws IOException {
        var list = new KeyList(
                leaf.spiffeId(), origin, previous == null ? "" : previous.payloadDigest(), files.publicKeys());
        var signer = files.entrySigner();
        var former = former(previous, list.keys());
        ledger.record(key, () -> envelope(list, signer, former), (tx, recorded) -> {});
    }

    /** Who besides the new entry keys must sign: the ones before them, where they are others. */
    private Optional<PairSigner> former(@Nullable KeyBinding previous, PublicKeys now) throws IOException {
        if (previous == null || previous.list().keys().entry().equals(now.entry())) {
            return Optional.empty();
        }
        return Optional.of(
                files.formerEntrySigner(previous.list().keys().entry())
                        .orElseThrow(
                                () -> new LedgerException(
                                        "the entry keys have changed, and the ones that peers know ("
                                                + String.join(
                                                        ", ", previous.entry().ids())
                                                + ") are neither in keys/ nor in keys/previous/: no peer would take new ones without their signature; restore them")));
    }

    private byte[] envelope(KeyList list, PairSigner signer, Optional<PairSigner> former) {
        var proof = new KeyProof(list.encode(), leaf.algorithm(), leaf.sign(KeyProof.message(list)), leaf.chain());
        proof.verifySignature(); // a leaf and a key that do not belong together must not be on record for ever
        var digest = blobs.put(proof.encode());
        var payload = new KeyBindingStatement(list.spiffeId(), origin, clock.instant(), list, digest).payload();
        var dsse = new Dsse(payload, signer.signBoth(payload));
        // one of the two former keys may still be in use: it has signed already
        return former.map(f -> dsse.with(f.signBoth(payload).stream()
                        .filter(s -> !signer.keys().ids().contains(s.keyId()))
                        .toList()))
                .orElse(dsse)
                .encode();
    }

    private KeyBinding verified(EntryKey key) {
        var recorded =
                ledger.find(key).orElseThrow(() -> new LedgerException("the key binding " + key + " is not on record"));
        try {
            var binding = KeyBinding.verify(recorded.envelope(), proof(recorded.envelope()));
            checkIdentity(binding);
            return binding;
        } catch (StatementException e) {
            throw new LedgerException(
                    "the key binding on record (entry " + recorded.sequence() + ") does not verify: " + e.getMessage(),
                    e);
        }
    }

    private void checkIdentity(KeyBinding binding) {
        Identity.check(
                binding.list().spiffeId(), leaf.spiffeId(), binding.list().origin(), origin);
    }

    /** A binding that a crash left in the outbox may be of other keys than the files hold now. */
    private void checkKeys(KeyBinding binding) throws IOException {
        if (!binding.list().keys().equals(files.publicKeys())) {
            throw new LedgerException(
                    "the key binding that was begun before the last crash is of other keys than those in keys/: restore those, or start once more"
                            + " to bind these");
        }
    }

    private byte[] proof(KeyBinding binding) {
        return proof(binding.envelope());
    }

    private byte[] proof(byte[] envelope) {
        var digest = KeyBindingStatement.read(Dsse.parse(envelope).payload()).proof();
        return blobs.get(digest, Limits.KEY_PROOF_BYTES_MAX)
                .orElseThrow(() -> new LedgerException(
                        "the key proof, blob " + digest + ", is missing: restore it from a copy or from a peer"));
    }
}
