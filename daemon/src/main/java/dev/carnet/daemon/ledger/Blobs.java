package dev.carnet.daemon.ledger;

import dev.carnet.daemon.state.DiskFull;
import dev.carnet.daemon.state.NoRoomException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Bytes by their SHA-256, one file each, written once: {@code blobs/sha256/<hex>}. */
final class Blobs {
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private final Path directory;

    private Blobs(Path directory) {
        this.directory = directory;
    }

    static Blobs open(Path ledgerDirectory) throws IOException {
        var directory = ledgerDirectory.resolve("blobs").resolve("sha256");
        DurableFiles.createDirectories(directory);
        return new Blobs(directory);
    }

    /**
     * Stores the bytes durably. Not for two threads at a time.
     *
     * @throws NoRoomException where the disk is full: nothing is left there
     */
    String put(byte[] content) {
        var digest = Sha256.hex(content);
        var file = directory.resolve(digest);
        try {
            if (!DurableFiles.create(file, content)
                    && !Arrays.equals(readFile(file, content.length).orElse(null), content)) {
                throw new LedgerException("the blob " + file
                        + " does not have the bytes that its name says: the disk lost them, or somebody wrote there");
            }
            return digest;
        } catch (NoSuchFileException e) {
            throw new LedgerException("the blob " + file + " went away while it was looked at", e);
        } catch (IOException e) {
            throw failed("the blob " + file, e);
        }
    }

    /**
     * The same for bytes that come in pieces: memory does not grow with them. Not for two threads at a time.
     *
     * @throws NoRoomException where the disk is full: nothing is left there
     */
    String put(Ledger.BlobWriter content) {
        var temporary = directory.resolve("incoming" + DurableFiles.TEMPORARY_SUFFIX);
        var digest = Sha256.start();
        try {
            Files.deleteIfExists(temporary); // of a crash
            DurableFiles.write(temporary, out -> content.writeTo(new DigestOutputStream(out, digest)));
            var name = HexFormat.of().formatHex(digest.digest());
            var file = directory.resolve(name);
            if (Files.exists(file) && Files.mismatch(file, temporary) != -1) {
                throw new LedgerException("the blob " + file
                        + " does not have the bytes that its name says: the disk lost them, or somebody wrote there");
            }
            DurableFiles.link(temporary, file);
            return name;
        } catch (IOException e) {
            RuntimeException failed = failed("a blob in " + directory, e);
            remove(temporary);
            throw failed;
        }
    }

    private RuntimeException failed(String what, IOException e) {
        return DiskFull.is(e, directory)
                ? new NoRoomException("the disk under the ledger is full: " + what + " was not stored; make room", e)
                : new LedgerException("cannot store " + what + ": " + e, e);
    }

    /** What was begun and cannot be ended takes room that is wanted. */
    private static void remove(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // the next one that is stored removes it
        }
    }

    /**
     * The bytes with this digest, checked.
     *
     * @throws IllegalArgumentException if {@code digest} is no lower-case hex SHA-256, or the blob has more than {@code limit} bytes
     * @throws LedgerException if the file has other bytes than its name says
     */
    Optional<byte[]> get(String digest, int limit) {
        if (!DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException("no SHA-256 in lower-case hex: " + digest);
        }
        var file = directory.resolve(digest);
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            var content = readFile(file, limit)
                    .orElseThrow(() ->
                            new IllegalArgumentException("the blob " + file + " has more than " + limit + " bytes"));
            if (!Sha256.hex(content).equals(digest)) {
                throw new LedgerException("the blob " + file
                        + " does not have the bytes that its name says: the disk lost them, or somebody wrote there");
            }
            return Optional.of(content);
        } catch (IOException e) {
            throw new LedgerException("cannot read the blob " + file + ": " + e, e);
        }
    }

    private static Optional<byte[]> readFile(Path file, int limit) throws IOException {
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            var content = in.readNBytes(limit);
            return in.read() < 0 ? Optional.of(content) : Optional.empty();
        }
    }
}
