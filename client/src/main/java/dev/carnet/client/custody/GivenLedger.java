package dev.carnet.client.custody;

import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.Verdict;

/**
 * A ledger that was given, what its verification said, and what the others say against it.
 *
 * @param origin empty where there is no log checkpoint of the right form
 * @param daemon SPIFFE ID; empty where it does not verify
 * @param size entries; 0 where there is no log checkpoint of the right form
 * @param root hex; empty likewise
 * @param verdict of the verification by itself
 * @param files where it lies
 * @param result everything that was found
 * @param doubts what the comparison with the others found
 */
public record GivenLedger(
        String origin,
        String daemon,
        long size,
        String root,
        Verdict verdict,
        LedgerFiles files,
        LedgerCheck.Result result,
        Doubts doubts) {
    /** For people: where it lies. */
    public String name() {
        return files.name();
    }

    /** Whether its entries count. */
    public boolean counts() {
        return verdict == Verdict.VERIFIES || verdict == Verdict.INCOMPLETE;
    }
}
