package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.EntryKeys;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.ObservedFork;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.log.Merkle;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.function.ObjLongConsumer;

/** Verifies, in one ledger, what the daemon of another has signed, with the keys that its own ledger has for it. */
final class Halves {
    private final Compared here;
    private final Compared there;
    private final Map<String, Map<List<String>, EntryKeys>> keys = new HashMap<>();
    private final ObjLongConsumer<String> fault;

    /** @param fault hears of each entry and what is wrong with it */
    Halves(Compared here, Compared there, ObjLongConsumer<String> fault) {
        this.here = here;
        this.there = there;
        this.fault = fault;
        keys.put(here.origin(), ever(here.result()));
        keys.put(there.origin(), ever(there.result()));
    }

    private static Map<List<String>, EntryKeys> ever(LedgerCheck.Result result) {
        Map<List<String>, EntryKeys> ever = new HashMap<>();
        result.bindings()
                .forEach(at -> ever.put(at.binding().entry().ids(), at.binding().entry()));
        return ever;
    }

    /** Receipts: both halves. */
    void receipts(List<Dealings.Place> places) throws Broken {
        each(places, (index, dsse, says) -> {
            if (says instanceof TransferReceipt receipt) {
                half(dsse, receipt.source().origin(), receipt.source().entryKeys());
                half(dsse, receipt.destination().origin(), receipt.destination().entryKeys());
            }
        });
    }

    private void half(Dsse dsse, String origin, List<String> ids) {
        EntryKeys by = keys.getOrDefault(origin, Map.of()).get(ids);
        if (by == null) {
            throw new StatementException(
                    "it names entry keys that were never in force in the ledger " + origin + ": " + ids);
        }
        by.verifyBoth(dsse);
    }

    /** Seals of the other's: by any of its keys, since a seal names none. */
    void seals(List<Dealings.Place> places) throws Broken {
        each(places, (index, dsse, says) -> {
            if (says instanceof Seal seal) {
                Collection<EntryKeys> all =
                        keys.getOrDefault(seal.origin(), Map.of()).values();
                if (all.stream().noneMatch(by -> signed(by, dsse))) {
                    throw new StatementException(
                            "it is not signed by entry keys that were in force in the ledger " + seal.origin());
                }
            }
        });
    }

    /** Forks of the other's log: each log checkpoint, by the log keys of the binding that is named for it. Where the other has no such binding, {@code unproved} hears of the entry. */
    void forks(List<Dealings.Place> places, LongConsumer unproved) throws Broken {
        Map<String, KeyBinding> bindings = new HashMap<>();
        there.result().bindings().forEach(at -> bindings.put(at.binding().payloadDigest(), at.binding()));
        each(places, (index, dsse, says) -> {
            if (says instanceof ObservedFork fork) {
                KeyBinding first = bindings.get(fork.bindingOfFirst());
                KeyBinding second = bindings.get(fork.binding());
                if (first == null || second == null) {
                    unproved.accept(index);
                } else {
                    fork.verify(first, second);
                }
            }
        });
    }

    private static boolean signed(EntryKeys by, Dsse dsse) {
        try {
            by.verifyBoth(dsse);
            return true;
        } catch (StatementException e) {
            return false;
        }
    }

    /** Throws where something is wrong with an entry. */
    private interface Check {
        void of(long index, Dsse dsse, Statement says);
    }

    /** In the order of the ledger, so that each bundle is read once. */
    private void each(List<Dealings.Place> places, Check check) throws Broken {
        LedgerView view =
                LedgerView.at(here.files(), Objects.requireNonNull(here.result().checkpoint()));
        List<Dealings.Place> ordered = places.stream()
                .sorted(Comparator.comparingLong(Dealings.Place::index))
                .toList();
        for (Dealings.Place place : ordered) {
            byte[] entry = view.entry(place.index());
            if (!Merkle.leaf(entry).equals(place.leaf())) {
                throw EntryCheck.broken(
                        Kind.UNREADABLE, place.index(), "it has other bytes than when it was read first");
            }
            try {
                Dsse dsse = Dsse.parse(entry);
                check.of(place.index(), dsse, Statement.read(dsse.payload()));
            } catch (StatementException e) {
                fault.accept(String.valueOf(e.getMessage()), place.index());
            }
        }
    }
}
