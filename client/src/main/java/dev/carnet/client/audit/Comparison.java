package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.hash.Hash32;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Compares what two ledgers say of each other (LEDGER.md, section 5), after both are verified. */
public final class Comparison {
    private final Compared a;
    private final Compared b;
    private final Told told;
    private long receipts;

    /** Hears of what does not hold. */
    @FunctionalInterface
    public interface Told {
        /** @param ledger the one of the two whose entry it is about */
        void of(Compared ledger, Finding finding);
    }

    private Comparison(Compared a, Compared b, Told told) {
        this.a = a;
        this.b = b;
        this.told = told;
    }

    /**
     * Compares two ledgers of which nothing is wrong, each with the other.
     *
     * @return how many receipts are in both, in the same bytes
     * @throws Broken where entries that were read once cannot be read again, or are others now
     */
    public static long run(Compared a, Compared b, Told told) throws Broken {
        Comparison comparison = new Comparison(a, b, told);
        comparison.run();
        return comparison.receipts;
    }

    private void run() throws Broken {
        receipts(a, b, true);
        receipts(b, a, false);
        seals(a, b);
        seals(b, a);
        intents(a, b);
        intents(b, a);
        forks(a, b);
        forks(b, a);
    }

    /** A receipt that is in both in the same bytes has been verified in both, of each the half that is its daemon's. */
    private void receipts(Compared here, Compared there, boolean count) throws Broken {
        List<Dealings.Place> odd = new ArrayList<>();
        for (Dealings.Place receipt : here.with(there).receipts().all()) {
            Dealings.Place other = there.with(here).receipts().first().get(receipt.payload());
            long index = receipt.index();
            if (other == null || !other.leaf().equals(receipt.leaf())) {
                odd.add(receipt);
            }
            if (other == null) {
                tell(Kind.RECEIPT_MISSING, here, index, "this receipt is not in the ledger " + there.origin());
            } else if (!other.leaf().equals(receipt.leaf())) {
                tell(
                        Kind.RECEIPT_DIFFERS,
                        here,
                        index,
                        "this receipt has other bytes in the ledger " + there.origin() + ", entry " + other.index());
            } else if (count) {
                receipts++;
            }
        }
        new Halves(here, there, (fault, index) -> tell(Kind.RECEIPT_SIGNATURE, here, index, fault)).receipts(odd);
    }

    /** Seals of {@code source} that are in {@code destination}; what its own ledger has in the same bytes has been verified there. */
    private void seals(Compared source, Compared destination) throws Broken {
        List<Dealings.Place> odd = new ArrayList<>();
        for (Dealings.Place place : destination.with(source).sealsOfOther().all()) {
            Dealings.Place own = source.with(destination).ownSeals().first().get(place.payload());
            if (own == null || !own.leaf().equals(place.leaf())) {
                odd.add(place);
            }
            if (own == null) {
                tell(
                        Kind.SEAL_MISSING,
                        destination,
                        place.index(),
                        "this seal is not in the ledger " + source.origin());
            } else if (!own.leaf().equals(place.leaf())) {
                tell(
                        Kind.SEAL_WRONG,
                        destination,
                        place.index(),
                        "this seal has other bytes in the ledger " + source.origin() + ", entry " + own.index());
            }
        }
        new Halves(destination, source, (fault, index) -> tell(Kind.SEAL_WRONG, destination, index, fault)).seals(odd);
    }

    /** Forks of {@code there} that {@code here} has observed. */
    private void forks(Compared here, Compared there) throws Broken {
        new Halves(here, there, (fault, index) -> tell(Kind.FORK, here, index, fault))
                .forks(
                        here.with(there).forksOfOther().all(),
                        index -> tell(
                                Kind.FORK_UNPROVED,
                                here,
                                index,
                                "the key binding whose log keys signed both log checkpoints is not in the ledger "
                                        + there.origin()));
    }

    /** Intents of {@code there} that entries in {@code here} name. */
    private void intents(Compared here, Compared there) {
        missing(here, here.with(there).intentsOfOther(), there, "the ledger " + there.origin());
        missing(here, here.with(there).intentsOfOwn(), here, "this ledger itself");
    }

    /** Of {@code intents}, each with the entry of {@code here} that names it, those that are not in {@code owner}. */
    private void missing(Compared here, Map<Hash32, Long> intents, Compared owner, String name) {
        intents.forEach((intent, index) -> {
            if (!owner.dealings().hasIntent(intent)) {
                tell(
                        Kind.INTENT_MISSING,
                        here,
                        index,
                        "the transfer-intent " + intent.hex() + " that it names is not in " + name);
            }
        });
    }

    private void tell(Kind kind, Compared where, long index, String sentence) {
        Finding finding = EntryCheck.finding(kind, index, sentence);
        told.of(where, new Finding(kind, where.origin() + ": " + finding.place(), sentence, finding.entry()));
    }
}
