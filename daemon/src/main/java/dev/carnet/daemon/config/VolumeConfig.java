package dev.carnet.daemon.config;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Table {@code [[volume]]}.
 *
 * @param name SPEC section 4
 * @param path root directory
 * @param readOnly checkpoints go out and none comes in
 * @param group of everything that is published; empty: as the file system decides
 * @param modeMask permission bits that what is published may have, 0 to 0777
 * @param quotaBytes of everything published and reserved here by the daemon; empty: the file system is the limit
 * @param renameWithoutNoreplace publishes even where the file system knows no RENAME_NOREPLACE: then only the daemon may write in this volume
 * @param modesDecide whether mode bits are believed where a file system has access rules that the daemon cannot read: the operator says then that they agree
 */
public record VolumeConfig(
        String name,
        Path path,
        boolean readOnly,
        Optional<String> group,
        int modeMask,
        OptionalLong quotaBytes,
        boolean renameWithoutNoreplace,
        boolean modesDecide) {
    public static final int MODE_MASK_DEFAULT = 0777;

    public VolumeConfig(
            String name,
            Path path,
            boolean readOnly,
            Optional<String> group,
            int modeMask,
            OptionalLong quotaBytes,
            boolean renameWithoutNoreplace) {
        this(name, path, readOnly, group, modeMask, quotaBytes, renameWithoutNoreplace, false);
    }
}
