package dev.carnet.daemon.volume;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What configuration says of a volume.
 *
 * @param name 1 to 64 of {@code a-z 0-9 - _ .}, beginning with a letter or digit
 * @param root absolute path of an existing directory, written without links and without "." and ".."
 * @param readOnly nothing at all is written below the root, not even {@code .carnet}
 * @param group name or number of the group that published files and their records get; null for the daemon's own
 * @param modeMask bits (of 0777) that are taken from the modes of what lies on disk, never from the tree; 0 for none
 * @param renameWithoutNoReplace whether publishing may look first and rename then, where the file system cannot rename without replacing. Whoever else
 *     writes to the volume in that instant can lose a file or an empty directory
 * @param modesDecide whether mode bits (and POSIX ACLs) are believed where the file system has access rules that the daemon cannot read
 */
public record VolumeSpec(
        String name,
        Path root,
        boolean readOnly,
        @Nullable String group,
        int modeMask,
        boolean renameWithoutNoReplace,
        boolean modesDecide) {
    /** The name of the setting {@link #renameWithoutNoReplace} in the configuration. */
    static final String RENAME_SETTING = "rename-without-noreplace";

    /** Where the modes do not decide alone. */
    public VolumeSpec(
            String name,
            Path root,
            boolean readOnly,
            @Nullable String group,
            int modeMask,
            boolean renameWithoutNoReplace) {
        this(name, root, readOnly, group, modeMask, renameWithoutNoReplace, false);
    }

    /**
     * Checks what can be checked without looking at the disk.
     *
     * @throws IllegalArgumentException naming the rule that is broken
     */
    public VolumeSpec {
        if (!name.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
            throw new IllegalArgumentException(
                    "the volume name '" + name + "' is not 1 to 64 of a-z 0-9 - _ . beginning with a letter or digit");
        }
        if (!root.isAbsolute() || !root.equals(root.normalize())) {
            throw new IllegalArgumentException(
                    "the root " + root + " of volume " + name + " is not an absolute path without '.' and '..'");
        }
        if (modeMask < 0 || modeMask > Stat.PERMISSIONS) {
            throw new IllegalArgumentException("the mode mask of volume " + name + " is not 0000 to 0777");
        }
    }
}
