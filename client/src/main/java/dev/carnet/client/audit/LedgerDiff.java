package dev.carnet.client.audit;

import java.util.List;
import java.util.Set;

/**
 * Compares what two ledgers say of each other (LEDGER.md, section 5), after both are verified. Memory grows with the number of transfers between the two, by some hundred bytes for each.
 */
public final class LedgerDiff {
    private LedgerDiff() {}

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
     * @throws Broken where entries that were read once cannot be read again, or are others now
     */
    public static Result run(LedgerFiles a, LedgerFiles b, Trust trust, AuditProgress progress) throws Broken {
        String originA = LedgerView.checkpoint(a).checkpoint().origin();
        String originB = LedgerView.checkpoint(b).checkpoint().origin();
        if (originA.equals(originB)) {
            throw new IllegalArgumentException("both are of the log " + originA);
        }
        Compared first = new Compared(a, originA, Set.of(originB));
        Compared second = new Compared(b, originB, Set.of(originA));
        LedgerCheck.Result resultA = first.verify(trust, EntryVisitor.NONE, progress);
        LedgerCheck.Result resultB = second.verify(trust, EntryVisitor.NONE, progress);
        Findings findings = new Findings();
        boolean both = resultA.verifies() && resultB.verifies();
        long receipts = both ? Comparison.run(first, second, (ledger, finding) -> findings.add(finding)) : 0;
        return new Result(
                resultA,
                resultB,
                receipts,
                findings.list(),
                findings.more(),
                Verdict.worst(List.of(resultA.verdict(), resultB.verdict(), findings.verdict())));
    }
}
