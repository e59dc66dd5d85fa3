package dev.carnet.daemon.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One process at a time in a directory: an exclusive lock on its file {@code lock}, which the kernel gives back when the process ends, however it ends. The file
 * holds the holder's process id, for people.
 */
public final class DirectoryLock implements AutoCloseable {
    private static final String NAME = "lock";
    private static final int ID_BYTES_MAX = 64;
    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes the directory (mode 0700) where it is missing, and locks it.
     *
     * @throws StateException where another process, or another store of this one, has it
     */
    public static DirectoryLock take(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return lock(directory);
        } catch (IOException e) {
            throw new StateException(
                    "cannot use the directory " + directory + ": " + e
                            + ": is it there, and may this user write to it?",
                    e);
        }
    }

    private static DirectoryLock lock(Path directory) throws IOException {
        var file = directory.resolve(NAME);
        var channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        var taken = false;
        try {
            taken = tryLock(channel) != null;
            if (!taken) {
                throw new StateException(directory + " is in use by another process (" + holder(file)
                        + "): two daemons must not share a state directory; stop the"
                        + " other one, or give this one a directory of its own");
            }
            channel.truncate(0);
            channel.write(java.nio.charset.StandardCharsets.US_ASCII.encode(
                    "pid " + ProcessHandle.current().pid() + "\n"));
            return new DirectoryLock(channel);
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very process has it
        }
    }

    private static String holder(Path file) throws IOException {
        try {
            return Files.size(file) > ID_BYTES_MAX
                    ? "unknown"
                    : Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            return "unknown";
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new StateException("cannot release a directory's lock", e);
        }
    }
}
