package dev.carnet.daemon.ledger;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files that are there whole and for good, or not at all: written beside, synced, linked without overwriting, and the directory synced. */
public final class DurableFiles {
    static final String TEMPORARY_SUFFIX = ".tmp";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private DurableFiles() {}

    /**
     * Writes a file of mode 0600.
     *
     * @return false where a file of that name was there already; it is left as it is
     */
    public static boolean create(Path file, byte[] content) throws IOException {
        var temporary = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
        Files.deleteIfExists(temporary); // of a crash
        try {
            write(temporary, content);
            Files.createLink(file, temporary); // unlike a rename, this fails where the name is taken
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(temporary);
            syncDirectory(directoryOf(file));
        }
    }

    /** Writes a file of mode 0600 in the place of the one that may be there: one of the two is there at every moment. */
    public static void replace(Path file, byte[] content) throws IOException {
        var temporary = file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
        Files.deleteIfExists(temporary); // of a crash
        write(temporary, content);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(directoryOf(file));
    }

    /** Writes a file of mode 0600 whose bytes come in pieces; it must not be there. */
    static void write(Path file, Ledger.BlobWriter content) throws IOException {
        try (var channel = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), OWNER_FILE);
                var out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
            content.writeTo(out);
            out.flush();
            channel.force(true);
        }
    }

    /** Gives a file its name, unless that is taken; the temporary one is gone then. False where it was taken. */
    static boolean link(Path temporary, Path file) throws IOException {
        try {
            Files.createLink(file, temporary);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } finally {
            Files.deleteIfExists(temporary);
            syncDirectory(directoryOf(file));
        }
    }

    /** An empty file of mode 0600. */
    static void createEmpty(Path file) throws IOException {
        Files.createFile(file, OWNER_FILE);
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (var channel = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), OWNER_FILE)) {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Makes a directory of mode 0700, its parents too, durably. */
    public static void createDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            createDirectories(directoryOf(directory));
            Files.createDirectory(directory, OWNER_DIRECTORY);
            syncDirectory(directoryOf(directory));
        }
    }

    static void sync(Path file) throws IOException {
        try (var channel = FileChannel.open(file, WRITE)) {
            channel.force(true);
        }
    }

    /** Makes the names in a directory durable. */
    public static void syncDirectory(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, READ)) {
            channel.force(true);
        }
    }

    public static Path directoryOf(Path file) {
        var parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " has no directory");
        }
        return parent;
    }
}
