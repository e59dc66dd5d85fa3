package dev.carnet.daemon.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What {@code carnetd --check} looks at besides the file itself: everything that the file names. Makes and changes nothing. */
public final class ConfigCheck {
    private ConfigCheck() {}

    /**
     * @param at now
     * @return what is wrong; empty where the daemon can start with this
     */
    public static List<Problem> problems(DaemonConfig config, Instant at) {
        List<Problem> problems = new ArrayList<>();
        try {
            StateDirectory.check(config);
        } catch (ConfigException e) {
            problems.addAll(e.problems());
        }
        try {
            IdentityFiles.load(config, at);
        } catch (ConfigException e) {
            problems.addAll(e.problems());
        }
        try {
            var _ = RevocationLists.load(config);
        } catch (ConfigException e) {
            problems.addAll(e.problems());
        }
        try {
            var _ = WitnessPolicy.load(config);
        } catch (ConfigException e) {
            problems.addAll(e.problems());
        }
        keyIsPrivate(config.identity().key()).ifPresent(sentence -> add(problems, config, "identity.key", sentence));
        for (VolumeConfig volume : config.volumes()) {
            checkVolume(problems, config, volume);
        }
        return List.copyOf(problems);
    }

    /** What is wrong with the permissions of a private key; empty where the file is missing, which others report. */
    public static Optional<String> keyIsPrivate(Path key) {
        try {
            if (!Files.exists(key)) {
                return Optional.empty();
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(key);
            boolean open = permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_WRITE)
                    || permissions.contains(PosixFilePermission.GROUP_WRITE);
            return open
                    ? Optional.of(key + " is a private key that others can read or write: chmod 0600 " + key)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.of(key + " cannot be looked at: " + e);
        }
    }

    private static void checkVolume(List<Problem> problems, DaemonConfig config, VolumeConfig volume) {
        Path root = volume.path();
        String key = "volume " + volume.name();
        if (!Files.isDirectory(root)) {
            add(problems, config, key, root + " is not a directory: make it, or mount what belongs there");
            return;
        }
        if (!Files.isReadable(root) || !Files.isExecutable(root)) {
            add(problems, config, key, root + " cannot be read by this user");
        }
        if (!volume.readOnly() && !Files.isWritable(root)) {
            add(problems, config, key, root + " cannot be written by this user: chown it, or say read-only = true");
        }
        volume.group().ifPresent(group -> {
            try {
                root.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
            } catch (IOException e) {
                add(problems, config, key, "there is no group " + group + " here");
            }
        });
    }

    private static void add(List<Problem> problems, DaemonConfig config, String key, String sentence) {
        problems.add(new Problem(config.file(), 0, key, sentence));
    }
}
