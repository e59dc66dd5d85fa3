package dev.carnet.client.audit;

/** Hears of a ledger's entries while it is verified. */
@FunctionalInterface
public interface EntryVisitor {
    /** For who wants to hear of none. */
    EntryVisitor NONE = entry -> {};

    /**
     * The next entry that has the right form, in the order of the ledger; all on the thread that verifies. Whether it is signed, and the ledger verifies, is not known yet: what was
     * gathered counts only where the result says so.
     */
    void entry(LedgerEntry entry);
}
