package dev.carnet.daemon.doctor;

import dev.carnet.daemon.config.ConfigCheck;
import dev.carnet.daemon.config.ConfigException;
import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.IdentityFiles;
import dev.carnet.daemon.config.Problem;
import dev.carnet.daemon.doctor.Finding.Level;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The certificate and its time, and whether private keys are private. */
final class IdentityCheck implements Check {
    /** Enough to get another before the last minute. */
    static final Duration NOTICE = Duration.ofDays(7);

    private static final int KEYS_MAX = 100;

    private final DaemonConfig config;
    private final InstantSource clock;

    IdentityCheck(DaemonConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "identity";
    }

    @Override
    public List<Finding> look() {
        List<Finding> findings = new ArrayList<>();
        findings.add(certificate());
        List<String> open = new ArrayList<>();
        for (Path key : keys()) {
            ConfigCheck.keyIsPrivate(key).ifPresent(open::add);
        }
        findings.add(
                open.isEmpty()
                        ? Finding.ok("keys", "private keys can be read by their owner alone")
                        : new Finding(
                                "keys",
                                Level.ERROR,
                                String.join("; ", open),
                                "close them, and replace what may have been read"));
        return findings;
    }

    private Finding certificate() {
        Instant now = clock.instant();
        try {
            IdentityFiles files = IdentityFiles.load(config, now);
            Duration left = Duration.between(now, files.notAfter());
            String found = files.id() + ", valid until " + files.notAfter();
            return left.compareTo(NOTICE) < 0
                    ? Finding.warning(
                            name(),
                            found + ", " + left.toHours() + " hours from now",
                            "have it certified again and restart: sessions end with it")
                    : Finding.ok(name(), found);
        } catch (ConfigException e) {
            String all = e.problems().stream().map(Problem::sentence).collect(Collectors.joining("; "));
            return Finding.error(
                    name(), all, "put certificate, key and anchors in place that fit: `carnet identity --help`");
        }
    }

    /** The leaf's key, and those that the daemon made. */
    private List<Path> keys() {
        List<Path> keys = new ArrayList<>();
        keys.add(config.identity().key());
        Path own = config.daemon().state().resolve("keys");
        if (Files.isDirectory(own)) {
            try (var files = Files.list(own)) {
                files.limit(KEYS_MAX).sorted().forEach(keys::add);
            } catch (IOException e) {
                throw new UncheckedIOException(own + " cannot be listed", e);
            }
        }
        return keys;
    }
}
