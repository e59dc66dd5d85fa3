package dev.carnet.daemon.volume;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;

/** Opens volumes. */
public final class Volumes {
    private Volumes() {}

    /**
     * Opens a volume. Its root is held open from here on: a root that is renamed or mounted over later is not noticed before a restart. A root that is reached
     * through a symbolic link is <em>refused</em>, naming the path to write instead: so that what configuration compares (no volume inside another) are the
     * true paths. Nothing is written.
     *
     * @param forbidden what {@link Volume#source} refuses wherever it is met, and is held open with the volume. Of a directory also what lies directly in it, by
     *     whatever name; so name a directory of keys, too, and not only one above it
     * @throws VolumeException NOT_FOUND, BAD_TYPE, IN_THE_WAY or PERMISSION, with a sentence that names volume, path and what to do
     */
    public static Volume open(VolumeSpec spec, Forbidden... forbidden) {
        return open(spec, new Posix(), forbidden);
    }

    /**
     * The same, with a place for the records of a volume that is read-only.
     *
     * @param records an existing directory that is the daemon's alone
     */
    public static Volume open(VolumeSpec spec, Path records, Forbidden... forbidden) {
        var posix = new Posix();
        Path real;
        try {
            real = records.toRealPath();
        } catch (IOException e) {
            throw new VolumeException(
                    VolumeException.Kind.NOT_FOUND, "cannot find the directory of records " + records, e);
        }
        Disk beside = disk(new VolumeSpec(spec.name(), real, false, null, 0, false), posix);
        try {
            return new DiskVolume(disk(spec, posix), new OffLimits(posix, forbidden), beside);
        } catch (RuntimeException e) {
            beside.closeQuietly(beside.root());
            throw e;
        }
    }

    static Volume open(VolumeSpec spec, Posix posix, Forbidden... forbidden) {
        Disk disk = disk(spec, posix);
        try {
            return new DiskVolume(disk, new OffLimits(posix, forbidden), null);
        } catch (RuntimeException e) {
            disk.closeQuietly(disk.root());
            throw e;
        }
    }

    private static Disk disk(VolumeSpec spec, Posix posix) {
        int root = openRoot(spec, posix);
        try {
            var beneath = new Beneath(posix, root, spec.root().toString());
            return new Disk(posix, spec, root, group(spec, posix), beneath);
        } catch (RuntimeException e) {
            var _ = posix.close(root);
            throw e;
        }
    }

    private static int openRoot(VolumeSpec spec, Posix posix) {
        int slash = posix.open(new byte[] {'/'}, Posix.O_RDONLY | Posix.O_DIRECTORY);
        if (slash < 0) {
            throw Errno.failure(posix, slash, "open", "/");
        }
        String relative = spec.root().toString().substring(1);
        if (relative.isEmpty()) {
            return slash;
        }
        try (At at = new Beneath(posix, slash, "/").at(relative.getBytes(StandardCharsets.UTF_8))) {
            int fd = at.open(Posix.O_RDONLY | Posix.O_DIRECTORY, 0);
            if (fd < 0) {
                throw Errno.failure(posix, fd, "open", at.where());
            }
            return fd;
        } catch (VolumeException e) {
            throw new VolumeException(
                    e.kind(),
                    "volume " + spec.name() + ": the root must be a directory, written without links. " + e.getMessage()
                            + reallyAt(spec),
                    e);
        } finally {
            var _ = posix.close(slash);
        }
    }

    private static String reallyAt(VolumeSpec spec) {
        try {
            var real = spec.root().toRealPath();
            return real.equals(spec.root()) ? "" : "; write " + real + " in its place";
        } catch (IOException e) {
            return "";
        }
    }

    private static OptionalInt group(VolumeSpec spec, Posix posix) {
        String group = spec.group();
        if (group == null) {
            return OptionalInt.empty();
        }
        if (group.matches("[0-9]{1,9}")) {
            return OptionalInt.of(Integer.parseInt(group));
        }
        var number = posix.groupNumber(group);
        if (number.isEmpty()) {
            throw new VolumeException(
                    VolumeException.Kind.NOT_FOUND,
                    "volume " + spec.name() + ": this system has no group '" + Names.show(group)
                            + "'; make it, or give its number");
        }
        return number;
    }
}
