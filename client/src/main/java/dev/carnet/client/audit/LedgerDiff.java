package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.hash.Hash32;
import java.util.List;
import java.util.Map;

/**
 * Compares what two ledgers say of each other (LEDGER.md, section 5), after both are verified. Memory grows with the number of transfers between the two, by some hundred bytes for each.
 */
public final class LedgerDiff {
    private final Side a;
    private final Side b;
    private final Findings findings = new Findings();
    private long receipts;

    /** One of the two. */
    private record Side(LedgerFiles files, LedgerCheck.Result result, Dealings dealings) {
        String origin() {
            return dealings.origin();
        }
    }

    private LedgerDiff(Side a, Side b) {
        this.a = a;
        this.b = b;
    }

    /**
     * What came out.
     *
     * @param a the first one, verified by itself
     * @param b the second one
     * @param receipts that are in both, in the same bytes
     * @param findings of section 5; none where one of the two does not verify, since then nothing is compared
     * @param findingsMore how many more there are
     * @param verdict over both ledgers and what was compared
     */
    public record Result(
            LedgerCheck.Result a,
            LedgerCheck.Result b,
            long receipts,
            List<Finding> findings,
            long findingsMore,
            Verdict verdict) {}

    /**
     * Verifies and compares.
     *
     * @throws IllegalArgumentException where both are of one log
     * @throws Broken where entries that were read once cannot be read again
     */
    public static Result run(LedgerFiles a, LedgerFiles b, Trust trust, AuditProgress progress) throws Broken {
        String originA = LedgerView.checkpoint(a).checkpoint().origin();
        String originB = LedgerView.checkpoint(b).checkpoint().origin();
        if (originA.equals(originB)) {
            throw new IllegalArgumentException("both are of the log " + originA);
        }
        Side first = side(a, originA, originB, trust, progress);
        Side second = side(b, originB, originA, trust, progress);
        LedgerDiff diff = new LedgerDiff(first, second);
        if (first.result().verifies() && second.result().verifies()) {
            diff.compare();
        }
        Verdict verdict = worst(worst(first.result().verdict(), second.result().verdict()), diff.findings.verdict());
        return new Result(
                first.result(), second.result(), diff.receipts, diff.findings.list(), diff.findings.more(), verdict);
    }

    private static Side side(LedgerFiles files, String origin, String other, Trust trust, AuditProgress progress) {
        Dealings dealings = new Dealings(origin, other);
        return new Side(files, LedgerCheck.run(files, trust, dealings::see, progress), dealings);
    }

    /** Something wrong weighs more than something unread. */
    private static Verdict worst(Verdict one, Verdict other) {
        List<Verdict> order = List.of(Verdict.VERIFIES, Verdict.INCOMPLETE, Verdict.UNREADABLE, Verdict.WRONG);
        return order.get(Math.max(order.indexOf(one), order.indexOf(other)));
    }

    private void compare() throws Broken {
        receipts(a, b, true);
        receipts(b, a, false);
        seals(a, b);
        seals(b, a);
        intents(a, b);
        intents(b, a);
        forks(a, b);
        forks(b, a);
    }

    private void receipts(Side here, Side there, boolean count) throws Broken {
        for (Map.Entry<Hash32, Dealings.Place> receipt :
                here.dealings().receipts().entrySet()) {
            Dealings.Place other = there.dealings().receipts().get(receipt.getKey());
            long index = receipt.getValue().index();
            if (other == null) {
                tell(Kind.RECEIPT_MISSING, here, index, "this receipt is not in the ledger " + there.origin());
            } else if (!other.leaf().equals(receipt.getValue().leaf())) {
                tell(
                        Kind.RECEIPT_DIFFERS,
                        here,
                        index,
                        "this receipt has other bytes in the ledger " + there.origin() + ", entry " + other.index());
            } else if (count) {
                receipts++;
            }
        }
        new Halves(here.result(), there.result(), (fault, index) -> tell(Kind.RECEIPT_SIGNATURE, here, index, fault))
                .check(here.files(), here.dealings());
    }

    /** Seals of {@code source} that are in {@code destination}. */
    private void seals(Side source, Side destination) throws Broken {
        destination.dealings().sealsOfOther().forEach((payload, place) -> {
            Dealings.Place own = source.dealings().ownSeals().get(payload);
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
        });
        new Halves(
                        destination.result(),
                        source.result(),
                        (fault, index) -> tell(Kind.SEAL_WRONG, destination, index, fault))
                .checkSeals(destination.files(), destination.dealings());
    }

    /** Forks of {@code there} that {@code here} has observed. */
    private void forks(Side here, Side there) throws Broken {
        new Halves(here.result(), there.result(), (fault, index) -> tell(Kind.FORK, here, index, fault))
                .checkForks(
                        here.files(),
                        here.dealings(),
                        index -> tell(
                                Kind.FORK_UNPROVED,
                                here,
                                index,
                                "the key binding whose log keys signed both log checkpoints is not in the ledger "
                                        + there.origin()));
    }

    /** Intents of {@code there} that entries in {@code here} name. */
    private void intents(Side here, Side there) {
        here.dealings().intentsOfOther().forEach((intent, index) -> {
            if (!there.dealings().intents().contains(intent)) {
                tell(
                        Kind.INTENT_MISSING,
                        here,
                        index,
                        "the transfer-intent " + intent.hex() + " that it names is not in the ledger "
                                + there.origin());
            }
        });
        here.dealings().intentsOfOwn().forEach((intent, index) -> {
            if (!here.dealings().intents().contains(intent)) {
                tell(
                        Kind.INTENT_MISSING,
                        here,
                        index,
                        "the transfer-intent " + intent.hex() + " that it names is not in this ledger itself");
            }
        });
    }

    private void tell(Kind kind, Side where, long index, String sentence) {
        Finding finding = EntryCheck.finding(kind, index, sentence);
        findings.add(new Finding(kind, where.origin() + ": " + finding.place(), sentence, finding.entry()));
    }
}
