package dev.carnet.daemon.doctor;

import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.FileSystemKind;
import dev.carnet.daemon.config.FileSystemKind.Trust;
import dev.carnet.daemon.config.VolumeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** File systems and free space of the state directory and of each volume. */
final class StorageCheck implements Check {
    private static final long MIB = 1L << 20;

    /** The ledger's journal is allocated 80 MiB ahead, and a memory map that meets a full disk kills the process. */
    static final long STATE_BYTES_MIN = 256 * MIB;

    static final long STATE_BYTES_WANTED = 2_048 * MIB;
    static final long VOLUME_BYTES_WANTED = 1_024 * MIB;

    private final DaemonConfig config;

    StorageCheck(DaemonConfig config) {
        this.config = config;
    }

    @Override
    public String name() {
        return "storage";
    }

    @Override
    public List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        Path state = config.daemon().state();
        findings.add(guarded("state", state, () -> state(state, FileSystemKind.of(state), free(state))));
        for (VolumeConfig volume : config.volumes()) {
            Path root = volume.path();
            String check = "volume " + volume.name();
            findings.add(guarded(check, root, () -> volume(volume, FileSystemKind.of(root), free(root))));
        }
        return findings;
    }

    static Finding state(Path state, FileSystemKind kind, long free) {
        String found = state + ", " + kind.name() + ", " + free / MIB + " MiB free";
        if (kind.trust() == Trust.REFUSED) {
            return Finding.error("state", found + ": " + kind.reason(), "move the state directory to a local disk");
        }
        if (free < STATE_BYTES_MIN) {
            return Finding.error(
                    "state", found, "free some: carnetd takes nothing new until there is room for its ledger");
        }
        if (free < STATE_BYTES_WANTED) {
            return Finding.warning("state", found, "free some: the ledger and the state of transfers grow here");
        }
        return kind.trust() == Trust.LOCAL
                ? Finding.ok("state", found)
                : Finding.warning("state", found + ": " + kind.reason(), "keep the state directory on a local disk");
    }

    static Finding volume(VolumeConfig volume, FileSystemKind kind, long free) {
        String check = "volume " + volume.name();
        String found = volume.path() + ", " + kind.name() + ", " + free / MIB + " MiB free"
                + (volume.readOnly() ? ", read-only" : "");
        if (!volume.readOnly() && kind.trust() == Trust.REFUSED && !volume.renameWithoutNoreplace()) {
            return Finding.warning(
                    check,
                    found + ": such file systems may not know RENAME_NOREPLACE, by which a checkpoint is published",
                    "push something small into it; where that stops, and nobody else writes there, set"
                            + " rename-without-noreplace = true");
        }
        if (!volume.readOnly() && free < VOLUME_BYTES_WANTED) {
            return Finding.warning(check, found, "free some: pushes that do not fit are refused");
        }
        return Finding.ok(check, found);
    }

    private static long free(Path path) throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    private static Finding guarded(String check, Path path, Look look) {
        try {
            return look.at();
        } catch (IOException e) {
            return Finding.error(
                    check, path + " cannot be looked at: " + e, "make it, mount it, or let carnetd read it");
        }
    }

    private interface Look {
        Finding at() throws IOException;
    }
}
