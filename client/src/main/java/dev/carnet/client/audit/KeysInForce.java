package dev.carnet.client.audit;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.StatementException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keys of one ledger, as its key bindings bring them. Entry by entry, in order. */
final class KeysInForce {
    private final List<KeyBinding> bindings = new ArrayList<>();
    private final Map<List<String>, EntryKeys> ever = new HashMap<>();
    private @Nullable KeyBinding now;

    /** None before the first binding. */
    Optional<KeyBinding> now() {
        return Optional.ofNullable(now);
    }

    /** All so far, the first one first. */
    List<KeyBinding> bindings() {
        return List.copyOf(bindings);
    }

    /** The entry keys with these ids, where they are or were in force. */
    Optional<EntryKeys> ever(List<String> ids) {
        return Optional.ofNullable(ever.get(ids));
    }

    /**
     * The next binding: verified with its proof, and that it follows the one before.
     *
     * @throws StatementException naming what is wrong
     */
    void bind(Dsse envelope, KeyBindingStatement statement, Blobs blobs) {
        byte[] proof = blobs.proof(statement.proof());
        KeyBinding binding = KeyBinding.verify(envelope.encode(), proof);
        KeyBinding before = now;
        if (before == null) {
            if (!binding.list().previous().isEmpty()) {
                throw new StatementException("the first binding names a previous one, "
                        + binding.list().previous());
            }
        } else if (binding.payloadDigest().equals(before.payloadDigest())) {
            throw new StatementException("the binding before is there a second time");
        } else {
            binding.mustFollow(before);
        }
        bindings.add(binding);
        ever.put(binding.entry().ids(), binding.entry());
        now = binding;
    }

    /** Gives key proofs, by digest. */
    @FunctionalInterface
    interface Blobs {
        /** @throws StatementException where it is not there, or not what its name says */
        byte[] proof(String digest);
    }
}
