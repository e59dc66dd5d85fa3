package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.FrequentKey;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.log.Tile;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Whether entries belong into their ledger, and who signed them. {@link #next} in their order, what it gives on any thread. */
final class EntryCheck {
    private final String origin;
    private final KeysInForce keys;
    private final Consumer<Finding> found;
    private boolean unbound;

    EntryCheck(String origin, KeysInForce keys, Consumer<Finding> found) {
        this.origin = origin;
        this.keys = keys;
        this.found = found;
    }

    /** A signature that remains to be verified; throws where it does not. */
    @FunctionalInterface
    interface Signed {
        void verify();
    }

    /**
     * Judges one entry but for its signature. Empty where there is none to verify, or nothing to verify it with.
     *
     * @throws Broken where no more can be looked at
     */
    Optional<Signed> next(LedgerEntry entry) throws Broken {
        Statement says = entry.statement();
        if (says instanceof KeyBindingStatement binding) {
            bind(entry, binding);
            return Optional.empty();
        }
        Optional<KeyBinding> now = keys.now();
        if (now.isEmpty()) {
            if (!unbound) { // once: of all that follow it is as true
                tell(Kind.BINDING, entry.index(), "it stands before the first key binding that is right");
                unbound = true;
            }
            return Optional.empty();
        }
        String self = now.get().list().spiffeId();
        return switch (says) {
            case TransferReceipt receipt -> receipt(entry, receipt, self);
            case Seal seal when !own(seal, self) -> foreign(entry, seal, self);
            default -> own(says, self) ? signed(entry, now.get().entry(), keys.frequent()) : alien(entry, says);
        };
    }

    private boolean own(Statement says, String self) {
        return says.origin().equals(origin) && says.daemon().equals(self);
    }

    private Optional<Signed> alien(LedgerEntry entry, Statement says) {
        tell(Kind.ENTRY, entry.index(), "it is " + says.daemon() + "'s, of the ledger " + says.origin());
        return Optional.empty();
    }

    private void bind(LedgerEntry entry, KeyBindingStatement binding) throws Broken {
        try {
            if (!binding.origin().equals(origin)) {
                throw new StatementException("it is of the ledger " + binding.origin());
            }
            keys.bind(entry.index(), entry.bytes(), binding);
        } catch (StatementException e) {
            tell(Kind.BINDING, entry.index(), String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Signed> signed(LedgerEntry entry, EntryKeys by, FrequentKey frequent) {
        boolean both = entry.statement() instanceof Seal;
        return Optional.of(() -> {
            if (both) {
                by.verifyBoth(entry.envelope());
            } else {
                frequent.verify(entry.envelope());
            }
        });
    }

    /** Of another daemon, for this one: kept as its word. */
    private Optional<Signed> foreign(LedgerEntry entry, Seal seal, String self) {
        if (!seal.destination().origin().equals(origin)
                || !seal.destination().id().equals(self)) {
            return alien(entry, seal);
        }
        return Optional.empty();
    }

    /** Our half of it; the other is for whoever has both ledgers. */
    private Optional<Signed> receipt(LedgerEntry entry, TransferReceipt receipt, String self) {
        boolean destination = receipt.destination().origin().equals(origin)
                && receipt.destination().id().equals(self);
        boolean source = receipt.source().origin().equals(origin)
                && receipt.source().id().equals(self);
        if (!destination && !source) {
            return alien(entry, receipt);
        }
        var ids = destination
                ? receipt.destination().entryKeys()
                : receipt.source().entryKeys();
        Optional<EntryKeys> by = keys.ever(ids);
        if (by.isEmpty()) {
            tell(Kind.SIGNATURE, entry.index(), "it names entry keys that were never in force here: " + ids);
            return Optional.empty();
        }
        Dsse dsse = entry.envelope();
        if (dsse.signatures().size() < 4) {
            tell(
                    Kind.SIGNATURE,
                    entry.index(),
                    "a receipt has two signatures of each side, this one has "
                            + dsse.signatures().size());
        }
        return Optional.of(() -> by.get().verifyBoth(dsse));
    }

    void verify(long index, Signed signed) {
        try {
            signed.verify();
        } catch (StatementException e) {
            tell(Kind.SIGNATURE, index, String.valueOf(e.getMessage()));
        }
    }

    private void tell(Kind kind, long index, String sentence) {
        found.accept(finding(kind, index, sentence));
    }

    /** At an entry nothing more can be said. */
    static Broken broken(Kind kind, long index, String sentence) {
        return new Broken(kind, place(index), sentence);
    }

    /** About an entry. */
    static Finding finding(Kind kind, long index, String sentence) {
        return new Finding(kind, place(index), sentence, OptionalLong.of(index));
    }

    /** For people: the bundle, and the entry's number. */
    static String place(long index) {
        return "entry " + index + " (" + new Tile(Tile.ENTRIES, index / Tile.WIDTH, Tile.WIDTH).path() + ", "
                + index % Tile.WIDTH + ")";
    }
}
