package dev.carnet.client.audit;

/** How far a verification has come. Written by it, read by any thread that shows it. */
public final class AuditProgress {
    private volatile long entriesTotal;
    private volatile long entries;

    /** Of the log checkpoint; 0 until that is read. */
    public long entriesTotal() {
        return entriesTotal;
    }

    /** Whose hashes are derived. */
    public long entries() {
        return entries;
    }

    void total(long size) {
        entriesTotal = size;
    }

    void done(long count) {
        entries = count;
    }
}
