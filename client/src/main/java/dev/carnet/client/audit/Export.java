package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * Copies a ledger as it is at one log checkpoint, though it grows meanwhile: that is read first, then what its size demands, and it is written last, so that a copy that was broken off is none.
 * Nothing is verified but that it is all there.
 */
public final class Export {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int LEVELS = 8;

    private final LedgerFiles from;
    private final Path to;
    private final AuditProgress progress;
    private final TileReader tiles;
    private final Findings missing = new Findings();
    private long blobs;

    private Export(LedgerFiles from, Path to, AuditProgress progress) {
        this.from = from;
        this.to = to;
        this.progress = progress;
        this.tiles = new TileReader(from);
    }

    /**
     * What was copied.
     *
     * @param checkpoint the log checkpoint that the copy is of
     * @param blobs how many
     * @param missing blobs that entries name and that are not there; {@value Findings#KEPT_MAX} at most
     * @param missingMore how many more there are
     */
    public record Result(SignedCheckpoint checkpoint, long blobs, List<Finding> missing, long missingMore) {}

    /**
     * Copies.
     *
     * @param to an empty directory, or one that is not there
     * @throws Broken where the ledger cannot be read
     * @throws IOException where {@code to} is not empty, or cannot be written
     */
    public static Result run(LedgerFiles from, Path to, AuditProgress progress) throws Broken, IOException {
        return new Export(from, to, progress).run();
    }

    private Result run() throws Broken, IOException {
        Files.createDirectories(to);
        try (var children = Files.newDirectoryStream(to)) {
            if (children.iterator().hasNext()) {
                throw new IOException(to + " is not empty: a ledger is copied into a directory of its own");
            }
        }
        SignedCheckpoint note = LedgerView.checkpoint(from);
        LogCheckpoint body = note.checkpoint();
        progress.total(body.size());
        hashes(body.size());
        entries(body.size());
        write(LedgerView.CHECKPOINT, note.encode());
        return new Result(note, blobs, missing.list(), missing.more());
    }

    private void hashes(long size) throws Broken, IOException {
        for (int level = 0; level < LEVELS; level++) {
            long count = size >>> (Tile.HEIGHT * level);
            for (long index = 0; index * Tile.WIDTH < count; index++) {
                Tile tile = new Tile(level, index, (int) Math.min(Tile.WIDTH, count - index * Tile.WIDTH));
                write(tile.path(), tiles.hashes(tile));
            }
        }
    }

    private void entries(long size) throws Broken, IOException {
        for (long first = 0; first < size; first += Tile.WIDTH) {
            Tile bundle = new Tile(Tile.ENTRIES, first / Tile.WIDTH, (int) Math.min(Tile.WIDTH, size - first));
            List<byte[]> entries = tiles.entries(bundle);
            write(bundle.path(), Bundle.write(entries));
            for (int i = 0; i < entries.size(); i++) {
                Optional<String> blob = blob(entries.get(i));
                if (blob.isPresent()) {
                    copy(first + i, blob.get());
                }
            }
            progress.done(first + bundle.width());
        }
    }

    /** What is no entry names none; that it is none is for whoever verifies the copy. */
    private static Optional<String> blob(byte[] entry) {
        try {
            return Statement.read(Dsse.parse(entry).payload()).blob();
        } catch (StatementException e) {
            return Optional.empty();
        }
    }

    private void copy(long index, String digest) throws Broken, IOException {
        Path target = to.resolve(BlobCheck.path(digest));
        if (Files.exists(target)) {
            return;
        }
        Optional<InputStream> opened;
        try {
            opened = from.open(BlobCheck.path(digest));
        } catch (IOException e) {
            throw EntryCheck.broken(Kind.UNREADABLE, index, unread(digest, e));
        }
        if (opened.isEmpty()) {
            missing.add(EntryCheck.finding(
                    Kind.BLOB, index, "the blob that it names is not there: " + BlobCheck.path(digest)));
            return;
        }
        Files.createDirectories(target.getParent());
        try (InputStream in = opened.get();
                OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            pour(in, out, index, digest);
        }
        blobs++;
    }

    private static void pour(InputStream in, OutputStream out, long index, String digest) throws Broken, IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = BlobCheck.BYTES_MAX;
        while (true) {
            int count;
            try {
                count = in.read(buffer);
            } catch (IOException e) {
                throw EntryCheck.broken(Kind.UNREADABLE, index, unread(digest, e));
            }
            if (count < 0) {
                return;
            }
            left -= count;
            if (left < 0) {
                throw EntryCheck.broken(
                        Kind.UNREADABLE,
                        index,
                        BlobCheck.path(digest) + " has more than " + BlobCheck.BYTES_MAX + " bytes");
            }
            out.write(buffer, 0, count);
        }
    }

    private static String unread(String digest, IOException e) {
        return "the blob that it names cannot be read: " + BlobCheck.path(digest) + ": " + e.getMessage();
    }

    private void write(String path, byte[] bytes) throws IOException {
        Path target = to.resolve(path);
        Files.createDirectories(target.getParent());
        Files.write(target, bytes, StandardOpenOption.CREATE_NEW);
    }
}
