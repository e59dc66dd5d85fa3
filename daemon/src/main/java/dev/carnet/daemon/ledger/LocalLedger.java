package dev.carnet.daemon.ledger;

import dev.carnet.daemon.state.DirectoryLock;
import dev.carnet.daemon.state.Tx;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** What stands behind the door: journalled entries, blobs and keys of one daemon. */
final class LocalLedger implements Ledger {
    private final DirectoryLock directoryLock;
    private final JournalledLedger entries;
    private final Blobs blobs;
    private final String origin;
    private final Keyring keys;
    private final ReentrantLock blobLock = new ReentrantLock();

    LocalLedger(DirectoryLock directoryLock, JournalledLedger entries, Blobs blobs, String origin, Keyring keys) {
        this.directoryLock = directoryLock;
        this.entries = entries;
        this.blobs = blobs;
        this.origin = origin;
        this.keys = keys;
    }

    @Override
    public Recorded record(EntryKey key, Supplier<byte[]> build, BiConsumer<Tx, Recorded> then) {
        return entries.record(key, build, then);
    }

    @Override
    public Optional<Recorded> find(EntryKey key) {
        return entries.find(key);
    }

    @Override
    public List<Recorded> entries(long sequence, int max) {
        return entries.entries(sequence, max);
    }

    @Override
    public List<byte[]> envelopes(long sequence, int max) {
        return entries.envelopes(sequence, max);
    }

    @Override
    public long size() {
        return entries.size();
    }

    @Override
    public void follow(Runnable counted) {
        entries.follow(counted);
    }

    @Override
    public String blob(byte[] content) {
        blobLock.lock();
        try {
            return blobs.put(content);
        } finally {
            blobLock.unlock();
        }
    }

    @Override
    public String blob(BlobWriter content) {
        blobLock.lock();
        try {
            return blobs.put(content);
        } finally {
            blobLock.unlock();
        }
    }

    @Override
    public Optional<byte[]> blob(String digest, int limit) {
        return blobs.get(digest, limit);
    }

    @Override
    public String origin() {
        return origin;
    }

    @Override
    public Keyring keys() {
        return keys;
    }

    @Override
    public void close() {
        try {
            entries.close();
        } finally {
            directoryLock.close();
        }
    }
}
