package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.FrequentKey;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.StatementException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keys of one ledger, as its key bindings bring them. Entry by entry, in order. */
final class KeysInForce {
    /** Keys live for years; a ledger of more is made to fill somebody's memory. */
    static final int BINDINGS_MAX = 1_024;

    private final List<KeysAt> bindings = new ArrayList<>();
    private final Map<List<String>, EntryKeys> ever = new HashMap<>();
    private final BlobCheck blobs;
    private @Nullable FrequentKey frequent;

    KeysInForce(BlobCheck blobs) {
        this.blobs = blobs;
    }

    /** None before the first binding. */
    Optional<KeyBinding> now() {
        return bindings.isEmpty()
                ? Optional.empty()
                : Optional.of(bindings.getLast().binding());
    }

    /** The Ed25519 entry key of {@link #now}, ready to verify many entries. */
    FrequentKey frequent() {
        return Objects.requireNonNull(frequent, "before the first binding");
    }

    /** All so far, the first one first. */
    List<KeysAt> bindings() {
        return List.copyOf(bindings);
    }

    /** The entry keys with these ids, where they are or were in force. */
    Optional<EntryKeys> ever(List<String> ids) {
        return Optional.ofNullable(ever.get(ids));
    }

    /**
     * The next binding: verified with its proof where that is there, and that it follows the one before.
     *
     * @throws StatementException naming what is wrong
     * @throws Broken where there are too many
     */
    void bind(long index, byte[] envelope, KeyBindingStatement statement) throws Broken {
        if (bindings.size() == BINDINGS_MAX) {
            throw new Broken(
                    Kind.UNREADABLE,
                    EntryCheck.place(index),
                    "more than " + BINDINGS_MAX + " key bindings are not looked at");
        }
        Optional<byte[]> proof = blobs.proof(index, statement.proof());
        KeyBinding binding =
                proof.isPresent() ? KeyBinding.verify(envelope, proof.get()) : KeyBinding.verifyWithoutProof(envelope);
        Optional<KeyBinding> before = now();
        if (before.isEmpty()) {
            if (!binding.list().previous().isEmpty()) {
                throw new StatementException("the first binding names a previous one, "
                        + binding.list().previous());
            }
        } else if (binding.payloadDigest().equals(before.get().payloadDigest())) {
            throw new StatementException("the binding before is there a second time");
        } else {
            binding.mustFollow(before.get());
        }
        bindings.add(new KeysAt(index, binding));
        ever.put(binding.entry().ids(), binding.entry());
        if (before.isEmpty() || !before.get().entry().equals(binding.entry())) {
            frequent = new FrequentKey(binding.entry());
        }
    }
}
