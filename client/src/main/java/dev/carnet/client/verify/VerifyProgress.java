package dev.carnet.client.verify;

import java.util.concurrent.atomic.LongAdder;

/** How far a comparison has come. Written by it, read by any thread that shows it. */
public final class VerifyProgress {

    private volatile long bytesTotal;
    private volatile long filesTotal;
    private final LongAdder bytes = new LongAdder();
    private final LongAdder files = new LongAdder();

    /** Bytes of all files on record; 0 until the tree is read. */
    public long bytesTotal() {
        return bytesTotal;
    }

    /** Files on record; 0 until the tree is read. */
    public long filesTotal() {
        return filesTotal;
    }

    /** Bytes that were read and hashed. */
    public long bytes() {
        return bytes.sum();
    }

    /** Files that were looked at. */
    public long files() {
        return files.sum();
    }

    void total(long filesOnRecord, long bytesOnRecord) {
        filesTotal = filesOnRecord;
        bytesTotal = bytesOnRecord;
    }

    void hashed(long more) {
        bytes.add(more);
    }

    void looked() {
        files.increment();
    }
}
