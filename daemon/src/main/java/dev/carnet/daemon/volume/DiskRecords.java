package dev.carnet.daemon.volume;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** Records below {@code .carnet/records/<SHA-256 of the checkpoint's name>}, or below the like of it elsewhere. */
final class DiskRecords implements Records {
    private static final Pattern FILE = Pattern.compile("[a-z0-9][a-z0-9.-]{0,63}");
    private static final String TEMPORARY = ".tmp";

    private final Disk disk;
    private final OwnFolder own;
    private final String path;

    DiskRecords(Disk disk, OwnFolder own, CheckpointName name) {
        this.disk = disk;
        this.own = own;
        this.path = own.records(sha256(name.value()));
    }

    /** One writer at a time per volume: two of the same record would share a temporary file. */
    @Override
    public void write(String file, Writer content) {
        disk.requireWritable("write the record " + file);
        checkFile(file);
        own.ensureRecords(path);
        synchronized (own) {
            try (At temporary = disk.beneath().at(path + '/' + file + TEMPORARY);
                    At at = disk.beneath().at(path + '/' + file)) {
                writeTemporary(temporary, content);
                int renamed =
                        disk.posix().renameat2(temporary.directory(), temporary.name(), at.directory(), at.name(), 0);
                disk.check(renamed, "rename " + temporary.where() + " to", at.where());
            }
            disk.syncDirectory(Names.bytes(path));
        }
    }

    private void writeTemporary(At at, Writer content) {
        removeTemporary(at); // of a run that a crash ended
        int flags = Posix.O_WRONLY | Posix.O_CREAT | Posix.O_EXCL;
        int fd = disk.check(at.open(flags, OwnFolder.RECORD_FILE_MODE), "create", at.where());
        boolean written = false;
        try (var out = new RecordOutput(disk.posix(), fd, at.where())) {
            disk.setGroup(fd, at.where());
            disk.check(disk.posix().fchmod(fd, OwnFolder.RECORD_FILE_MODE), "set the mode of", at.where());
            content.writeTo(out);
            out.flush();
            disk.check(disk.posix().fsync(fd), "fsync", at.where());
            written = true;
        } catch (IOException e) {
            throw new VolumeException(
                    VolumeException.Kind.IO, "cannot write the record " + at.where() + ": " + e.getMessage(), e);
        } finally {
            int closed = disk.posix().close(fd);
            if (written) {
                disk.check(closed, "close", at.where());
            } else {
                var _ = disk.posix().unlinkat(at.directory(), at.name(), 0); // what went wrong is being thrown
            }
        }
    }

    private void removeTemporary(At at) {
        int result = disk.posix().unlinkat(at.directory(), at.name(), 0);
        if (result != -Errno.ENOENT) {
            disk.check(result, "remove", at.where());
        }
    }

    @Override
    public Optional<byte[]> read(String file, int limit) {
        checkFile(file);
        int fd = descriptor(file);
        if (fd < 0) {
            return Optional.empty();
        }
        String where = directory() + "/" + file;
        try (var arena = Arena.ofConfined()) {
            Stat stat = disk.check(disk.posix().fstat(fd), "look at", where);
            if (!stat.isFile() || stat.size() > limit) {
                throw new VolumeException(
                        VolumeException.Kind.LIMIT,
                        where + " is " + stat.kind() + " of " + stat.size() + " bytes; a record of at most " + limit
                                + " bytes was expected");
            }
            byte[] bytes = new byte[(int) stat.size()];
            var segment = arena.allocate(Math.max(1, bytes.length));
            // records are replaced by renames, never written to: what is open has one size
            new Reading(disk.posix(), fd, where).fully(segment, bytes.length);
            MemorySegment.copy(segment, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
            return Optional.of(bytes);
        } finally {
            disk.closeQuietly(fd);
        }
    }

    @Override
    public Optional<RecordFile> open(String file) {
        checkFile(file);
        int fd = descriptor(file);
        return fd < 0 ? Optional.empty() : Optional.of(RecordFile.of(disk.posix(), fd, directory() + "/" + file));
    }

    @Override
    public Optional<RecordFile> openWritten(String file) {
        return open(file);
    }

    /** Whether there is a record of this name. */
    boolean has(String file) {
        int fd = descriptor(file);
        if (fd >= 0) {
            disk.closeQuietly(fd);
        }
        return fd >= 0;
    }

    boolean readOnly() {
        return disk.spec().readOnly();
    }

    /** A descriptor; negative where there is no such record. */
    int descriptor(String file) {
        try (At at = disk.beneath().at(path + '/' + file)) {
            int fd = at.open(Posix.O_RDONLY, 0);
            return fd == -Errno.ENOENT ? fd : disk.check(fd, "open", at.where());
        } catch (VolumeException e) {
            if (e.kind() == VolumeException.Kind.NOT_FOUND) {
                return -Errno.ENOENT;
            }
            throw e;
        }
    }

    @Override
    public void remove() {
        disk.requireWritable("remove records");
        synchronized (own) {
            own.forget(path);
            new Removal(disk).remove(path);
            String parent = own.recordsParent();
            if (parent.isEmpty() || DiskVolume.nodeAt(disk, parent).isPresent()) {
                disk.syncDirectory(Names.bytes(parent));
            }
        }
    }

    @Override
    public Path directory() {
        return disk.spec().root().resolve(path);
    }

    private static void checkFile(String file) {
        if (!FILE.matcher(file).matches() || file.endsWith(TEMPORARY)) {
            throw new IllegalArgumentException("no name of a record: " + file);
        }
    }

    private static String sha256(String name) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Names.bytes(name)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
