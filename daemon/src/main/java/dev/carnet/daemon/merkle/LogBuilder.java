package dev.carnet.daemon.merkle;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.Store;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.Frontier;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.SubtreeHashes;
import dev.carnet.proto.log.Tile;
import dev.carnet.proto.log.TileHashes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Builds the log: bundles and tiles are written, read back and compared before anything is signed, and what is signed is on record before it is published. */
final class LogBuilder implements MerkleLog {
    /** Entries that are built in one go, of up to 32 KiB each: bounds memory and what a crash repeats. */
    private static final int STEP = 512;

    private final ReentrantLock lock = new ReentrantLock();
    private final TileFiles files;
    private final Store store;
    private final Ledger ledger;
    private final Signer signer;
    private final OpenBundle open;
    private volatile Built built;
    private Frontier frontier;
    private volatile @Nullable SignedCheckpoint published;

    /** Sizes whose partial tiles readers may ask for: of what is published, of what was before, and of whatever may have been since. */
    private final NavigableSet<Long> shown = new TreeSet<>();

    /** Of the sizes whose partial tiles were kept the last time, the smallest. */
    private long swept;

    private volatile boolean hastened;
    private @Nullable Throwable broken;

    private LogBuilder(TileFiles files, Store store, Ledger ledger, Signer signer, Built built, Frontier frontier) {
        this.files = files;
        this.store = store;
        this.ledger = ledger;
        this.signer = signer;
        this.open = new OpenBundle(ledger, built.size());
        this.built = built;
        this.frontier = frontier;
    }

    static LogBuilder open(Path directory, Store store, Ledger ledger, Signer signer) {
        TileFiles files = new TileFiles(directory);
        try {
            Built built = store.read(Built::read);
            if (built.size() > ledger.size()) {
                throw new LedgerException("the log has " + built.size() + " entries, the journal only " + ledger.size()
                        + ": the state directory is not of one moment; restore all of it from one copy");
            }
            Frontier frontier = Frontier.of(built.size(), new TileHashes(built.size(), files::read));
            if (!frontier.root().equals(built.root())) {
                throw new LedgerException("the tiles in " + directory + " are not those of the log of " + built.size()
                        + " entries that the state database knows: `carnetd fsck` finds the place");
            }
            LogBuilder log = new LogBuilder(files, store, ledger, signer, built, frontier);
            log.published = log.lastPublished();
            if (log.published != null) {
                log.shown.add(log.published.checkpoint().size());
            }
            files.sync(); // a checkpoint that a power cut could still take back must not cost the one before its tiles
            log.sweep(ledger.size());
            return log;
        } catch (IOException e) {
            throw new LedgerException("cannot open the log in " + directory + ": " + e, e);
        } catch (LogException e) {
            throw new LedgerException("the log in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** What lies there must not be newer than what we remember to have signed. */
    private @Nullable SignedCheckpoint lastPublished() throws IOException {
        Optional<SignedCheckpoint> there = files.checkpoint().map(LogBuilder::parsed);
        Optional<SignedCheckpoint> signed = store.read(Built::signed);
        there.ifPresent(note -> {
            LogCheckpoint body = note.checkpoint();
            LogCheckpoint known = signed.orElseThrow(() -> forgotten(body, 0)).checkpoint();
            if (body.size() > known.size()) {
                throw forgotten(body, known.size());
            }
            if (!body.origin().equals(ledger.origin())
                    || !Proofs.root(body.size(), new TileHashes(built.size(), files::read))
                            .equals(body.root())) {
                throw new LedgerException("the published log checkpoint of " + body.origin() + " at size " + body.size()
                        + " is not of this log");
            }
        });
        return there.orElse(null);
    }

    private static SignedCheckpoint parsed(byte[] note) {
        try {
            return SignedCheckpoint.parse(note);
        } catch (LogException e) {
            throw new LedgerException(
                    "its file `checkpoint` was cut or overwritten (" + e.getMessage()
                            + "): move it away, and what was signed last is published again from the state database",
                    e);
        }
    }

    private static LedgerException forgotten(LogCheckpoint there, long known) {
        return new LedgerException(
                "a log checkpoint of " + there.size() + " entries was published, and the state database"
                        + " remembers one of " + known
                        + ": it was restored from an older copy, and to sign again would fork the"
                        + " log");
    }

    @Override
    public SignedCheckpoint sign() {
        return work(() -> {
            long size = ledger.size();
            while (built.size() < size && !hastened) {
                build(Math.min(size, built.size() + STEP));
            }
            SignedCheckpoint note = signed(new LogCheckpoint(ledger.origin(), built.size(), built.root()));
            try {
                sweep(built.size());
            } catch (IOException e) {
                if (!files.full(e)) {
                    throw e;
                }
                // it is signed: what has to go, goes the next time
            }
            return note;
        });
    }

    @Override
    public void hasten() {
        hastened = true;
    }

    /**
     * Removes the partial tiles that nothing ends with any more: neither what is built, which is what is signed or will be, nor what is published or was before. Whoever reads by an older log checkpoint finds wider ones.
     *
     * @param size entries that files can be of
     */
    private void sweep(long size) throws IOException {
        NavigableSet<Long> kept = new TreeSet<>(shown);
        kept.add(built.size());
        store.read(Built::signed).ifPresent(note -> kept.add(note.checkpoint().size()));
        files.removePartials(swept, size, kept);
        swept = kept.first();
    }

    @Override
    public void publish(SignedCheckpoint note) {
        var _ = work(() -> {
            if (!store.read(Built::signed).map(SignedCheckpoint::checkpoint).equals(Optional.of(note.checkpoint()))) {
                throw new LedgerException("a log checkpoint of "
                        + note.checkpoint().size() + " entries is to be published, and another one was signed last");
            }
            SignedCheckpoint before = published;
            if (!note.equals(before)) {
                shown.add(note.checkpoint().size());
                files.checkpoint(note.encode());
                FailPoint.LOG_PUBLISHED.pass();
                published = note;
                if (before != null
                        && before.checkpoint().size() < note.checkpoint().size()) {
                    shown.headSet(before.checkpoint().size()).clear();
                }
            }
            return note;
        });
    }

    /** Writes files. */
    @FunctionalInterface
    private interface Work {
        SignedCheckpoint run() throws IOException;
    }

    /** One at a time, and nothing more after a failure: what is on the disk is not known then. A full disk is none. */
    private SignedCheckpoint work(Work work) {
        lock.lock();
        try {
            if (broken != null) {
                throw new LedgerException(
                        "the log has failed and signs nothing until the daemon is started again", broken);
            }
            return work.run();
        } catch (IOException e) {
            if (files.full(e)) {
                throw new NoRoomException("the log cannot be written: " + e.getMessage(), e);
            }
            throw failed(e);
        } catch (LogException | LedgerException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    private LedgerException failed(Exception e) {
        LedgerException failed = e instanceof LedgerException already
                ? already
                : new LedgerException("the log cannot be written: " + e.getMessage(), e);
        broken = failed;
        return failed;
    }

    // ---- steps 3 to 5

    private void build(long size) throws IOException {
        long old = built.size();
        open.read(size);
        List<Tile> tiles = Tile.added(old, size);
        for (Tile tile : tiles) {
            files.write(tile, content(tile));
            FailPoint.LOG_TILE_WRITTEN.pass();
        }
        Frontier grown = readBack(old, size, tiles);
        Built now = new Built(size, grown.root());
        store.update(now::write);
        FailPoint.LOG_BUILT.pass();
        built = now;
        frontier = grown;
        open.built(size);
    }

    private byte[] content(Tile tile) {
        return tile.level() > 0
                ? files.hashesBelow(tile) // which are on disk by now: lower levels are written first
                : open.content(tile);
    }

    /** The way that a reader takes: entries to leaves to a root, and tiles to a root. Both must be the same. */
    private Frontier readBack(long old, long size, List<Tile> tiles) {
        Frontier grown = frontier.copy();
        for (Tile tile : tiles) {
            if (tile.level() != Tile.ENTRIES) {
                continue;
            }
            List<byte[]> entries = Bundle.read(files.read(tile), tile.width());
            byte[] leaves = files.read(new Tile(0, tile.index(), tile.width()));
            for (int i = 0; i < entries.size(); i++) {
                Hash32 leaf = Merkle.leaf(entries.get(i));
                if (!leaf.equals(Hash32.at(leaves, i * Hash32.BYTES))) {
                    throw new LedgerException("entry " + (tile.index() * Tile.WIDTH + i) + " was read back from "
                            + files.path(tile) + " with another hash than its tile has: check the disk");
                }
                if (tile.index() * Tile.WIDTH + i >= old) {
                    grown.add(leaf);
                }
            }
        }
        if (grown.size() != size || !grown.root().equals(Proofs.root(size, new TileHashes(size, files::read)))) {
            throw new LedgerException("the tiles that were read back have another root at size " + size
                    + " than the entries: check the disk");
        }
        return grown;
    }

    // ---- steps 6 and 7

    /** Signs, and puts on record that it is signed, unless that was done before a crash. No size is signed with two roots, and none below another. */
    private SignedCheckpoint signed(LogCheckpoint body) {
        Optional<SignedCheckpoint> last = store.read(Built::signed);
        if (last.isPresent() && last.get().checkpoint().equals(body)) {
            return last.get();
        }
        SignedCheckpoint note = new SignedCheckpoint(body, signer.sign(body));
        FailPoint.LOG_SIGNED.pass();
        store.update(tx -> {
            Built.signed(tx).map(SignedCheckpoint::checkpoint).ifPresent(before -> {
                if (before.size() >= body.size()) {
                    throw new LedgerException("a log checkpoint of " + before.size() + " entries is signed, and one of "
                            + body.size() + " was to be: the log would fork");
                }
            });
            Built.signed(tx, note);
        });
        FailPoint.LOG_SIGNED_STORED.pass();
        return note;
    }

    // ---- readers

    @Override
    public Optional<SignedCheckpoint> checkpoint() {
        return Optional.ofNullable(published);
    }

    @Override
    public Optional<SignedCheckpoint> signed() {
        return store.read(Built::signed);
    }

    @Override
    public SubtreeHashes hashes(long size) {
        if (size < 0 || size > built.size()) {
            throw new LogException("a log of " + size + " entries is not built");
        }
        return new TileHashes(size, files::read);
    }
}
