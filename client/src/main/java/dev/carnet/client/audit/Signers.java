package dev.carnet.client.audit;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.Signatures;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.ledger.TransferReceipt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Who signed an entry, by the key bindings of its ledger. The first one most often says it; the others are looked for only where it does not. */
public final class Signers {
    private final Map<String, Key> keys = new HashMap<>();

    private Signers() {}

    private record Key(long binding, boolean ed25519, byte[] spki) {}

    /**
     * Each signature, in the order of the envelope.
     *
     * @throws Broken where the ledger cannot be read
     */
    public static List<Signer> of(LedgerView view, Dsse dsse, Statement says) throws Broken {
        Signers signers = new Signers();
        String origin = view.checkpoint().checkpoint().origin();
        signers.learn(0, view.entry(0), origin);
        List<String> own = own(dsse, says, origin);
        if (!signers.keys.keySet().containsAll(own)) {
            view.each((index, entry) -> {
                if (KeyBindingMark.in(entry)) {
                    signers.learn(index, entry, origin);
                }
            });
        }
        List<Signer> all = new ArrayList<>();
        byte[] message = Dsse.pae(dsse.payload());
        for (Dsse.Signature signature : dsse.signatures()) {
            all.add(signers.judge(signature, message));
        }
        return all;
    }

    /** Ids of the keys that have to be this ledger's. */
    private static List<String> own(Dsse dsse, Statement says, String origin) {
        return switch (says) {
            case TransferReceipt receipt
            when receipt.destination().origin().equals(origin) ->
                receipt.destination().entryKeys();
            case TransferReceipt receipt -> receipt.source().entryKeys();
            case Seal seal when !seal.origin().equals(origin) -> List.of();
            default -> dsse.signatures().stream().map(Dsse.Signature::keyId).toList();
        };
    }

    /** Of a binding that its own keys signed, for this ledger: anybody may have written others. */
    private void learn(long index, byte[] entry, String origin) {
        try {
            if (Statement.read(Dsse.parse(entry).payload()) instanceof KeyBindingStatement binding
                    && binding.origin().equals(origin)) {
                EntryKeys entryKeys = KeyBinding.verifyWithoutProof(entry).entry();
                keys.putIfAbsent(entryKeys.ed25519Id(), new Key(index, true, entryKeys.ed25519()));
                keys.putIfAbsent(entryKeys.mldsa44Id(), new Key(index, false, entryKeys.mldsa44()));
            }
        } catch (StatementException e) {
            // What is no entry, or not signed by the keys that it brings, brings none.
        }
    }

    private Signer judge(Dsse.Signature signature, byte[] message) {
        Key key = keys.get(signature.keyId());
        if (key == null) {
            boolean ed25519 = signature.value().length == Signatures.ED25519_BYTES;
            return new Signer(signature.keyId(), name(ed25519), Signer.State.UNKNOWN, OptionalLong.empty());
        }
        boolean right = key.ed25519()
                ? Signatures.ed25519(key.spki(), message, signature.value())
                : Signatures.mldsa44(key.spki(), message, signature.value());
        return new Signer(
                signature.keyId(),
                name(key.ed25519()),
                right ? Signer.State.VERIFIES : Signer.State.WRONG,
                OptionalLong.of(key.binding()));
    }

    private static String name(boolean ed25519) {
        return ed25519 ? "Ed25519" : "ML-DSA-44";
    }
}
