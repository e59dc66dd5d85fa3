package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogProof;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import dev.carnet.proto.log.TileHashes;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.Spiffe;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A ledger as it is at one log checkpoint, looked at here and there: what is asked for is read, and proved to be what the checkpoint says. The rest is not verified, nor who signed the checkpoint
 * ({@link LedgerCheck} does). Not for several threads.
 */
public final class LedgerView {
    /** The one file that changes. */
    static final String CHECKPOINT = "checkpoint";

    private final TileReader tiles;
    private final SignedCheckpoint note;
    private final TileHashes hashes;
    private @Nullable Tile bundle;
    private List<byte[]> entries = List.of();

    private LedgerView(LedgerFiles files, SignedCheckpoint note) {
        this.tiles = new TileReader(files);
        this.note = note;
        this.hashes = new TileHashes(note.checkpoint().size(), this::tile);
    }

    /** A tile cannot be had where a hash was asked for. */
    private static final class UnreadTile extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient Broken broken;

        UnreadTile(Broken broken) {
            super(broken);
            this.broken = broken;
        }
    }

    /**
     * As it is now.
     *
     * @throws Broken where the log checkpoint cannot be read, or is none
     */
    public static LedgerView open(LedgerFiles files) throws Broken {
        return new LedgerView(files, checkpoint(files));
    }

    /** With a log checkpoint that was read before: the ledger may have grown since. */
    public static LedgerView at(LedgerFiles files, SignedCheckpoint note) {
        return new LedgerView(files, note);
    }

    static SignedCheckpoint checkpoint(LedgerFiles files) throws Broken {
        Optional<byte[]> bytes;
        try {
            bytes = files.read(CHECKPOINT, SignedCheckpoint.BYTES_MAX);
        } catch (IOException e) {
            throw new Broken(Kind.UNREADABLE, CHECKPOINT, String.valueOf(e.getMessage()));
        }
        if (bytes.isEmpty()) {
            throw new Broken(Kind.UNREADABLE, CHECKPOINT, "it is not there: " + files.name() + " is no ledger");
        }
        SignedCheckpoint note;
        try {
            note = SignedCheckpoint.parse(bytes.get());
        } catch (LogException e) {
            throw new Broken(Kind.CHECKPOINT, CHECKPOINT, String.valueOf(e.getMessage()));
        }
        if (!Spiffe.isOrigin(note.checkpoint().origin())) { // signed notes take more
            throw new Broken(
                    Kind.CHECKPOINT,
                    CHECKPOINT,
                    "the origin of a ledger has 1 to " + Limits.ORIGIN_BYTES_MAX + " visible ASCII characters, no +");
        }
        return note;
    }

    /** What it is looked at by. */
    public SignedCheckpoint checkpoint() {
        return note;
    }

    /** How many entries there are. */
    public long size() {
        return note.checkpoint().size();
    }

    /**
     * An entry's bytes, as they lie in the bundle; not proved.
     *
     * @throws IllegalArgumentException where there is no such entry
     * @throws Broken where it cannot be read
     */
    public byte[] entry(long index) throws Broken {
        if (index < 0 || index >= size()) {
            throw new IllegalArgumentException("entry " + index + " of " + size());
        }
        long first = index / Tile.WIDTH * Tile.WIDTH;
        Tile wanted = new Tile(Tile.ENTRIES, index / Tile.WIDTH, (int) Math.min(Tile.WIDTH, size() - first));
        if (!wanted.equals(bundle)) {
            entries = tiles.entries(wanted);
            bundle = wanted;
        }
        return entries.get((int) (index - first));
    }

    /** Gets an entry. */
    interface Each {
        void of(long index, byte[] entry);
    }

    /** Every entry, in order. */
    void each(Each each) throws Broken {
        for (long index = 0; index < size(); index++) {
            each.of(index, entry(index));
        }
    }

    /**
     * The first entry that a digest names: SHA-256 of its statement, or its hash in the tree.
     *
     * @param digest 64 hex digits
     * @throws Broken where the ledger cannot be read
     */
    public OptionalLong find(String digest, AuditProgress progress) throws Broken {
        String wanted = digest.toLowerCase(Locale.ROOT);
        progress.total(size());
        for (long index = 0; index < size(); index++) {
            byte[] entry = entry(index);
            if (Merkle.leaf(entry).hex().equals(wanted) || wanted.equals(payload(entry))) {
                return OptionalLong.of(index);
            }
            progress.done(index + 1);
        }
        return OptionalLong.empty();
    }

    private static String payload(byte[] entry) {
        try {
            return Dsse.parse(entry).payloadDigest();
        } catch (StatementException e) {
            return "";
        }
    }

    /**
     * That an entry is in the tree of the log checkpoint; checked with the bytes of the entry.
     *
     * @throws IllegalArgumentException where there is no such entry
     * @throws Broken where tiles or entry are not what the checkpoint says, or cannot be read
     */
    public LogProof prove(long index) throws Broken {
        byte[] entry = entry(index);
        try {
            LogProof proof = new LogProof(new byte[0], index, Proofs.inclusion(index, size(), hashes), note);
            proof.check(entry);
            return proof;
        } catch (UnreadTile e) {
            throw e.broken;
        } catch (LogException e) {
            throw EntryCheck.broken(Kind.TILE, index, String.valueOf(e.getMessage()));
        }
    }

    /**
     * That this ledger begins with a smaller tree; nothing is compared yet.
     *
     * @param old a size not above this one's
     * @throws Broken where tiles cannot be read
     */
    public List<Hash32> consistency(long old) throws Broken {
        try {
            return Proofs.consistency(old, size(), hashes);
        } catch (UnreadTile e) {
            throw e.broken;
        } catch (LogException e) {
            throw new Broken(Kind.TILE, CHECKPOINT, String.valueOf(e.getMessage()));
        }
    }

    LogCheckpoint body() {
        return note.checkpoint();
    }

    private byte[] tile(Tile tile) {
        try {
            return tiles.hashes(tile);
        } catch (Broken e) {
            throw new UnreadTile(e);
        }
    }
}
