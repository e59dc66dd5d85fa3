package dev.carnet.daemon;

import dev.carnet.daemon.config.DaemonConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at certificate, key, anchors, revocation lists and the policy of witnesses twice a second, and has them read again when one is another file, or of another time or size: a revocation counts within a second. By looking and
 * not by inotify, since that says nothing of network file systems and of links that are turned.
 */
final class FileWatch implements AutoCloseable {
    static final Duration INTERVAL = Duration.ofMillis(400);

    private static final Logger log = LoggerFactory.getLogger(FileWatch.class);
    private static final long STOP_SECONDS = 2;

    private final Live live;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("watch").factory());
    private Map<Path, String> seen;
    private boolean failedOnce;

    /** @param seen {@link #prints} as they were before the files were read: what is replaced while the daemon starts is read again */
    FileWatch(Live live, Map<Path, String> seen) {
        this.live = live;
        this.seen = seen;
    }

    void start() {
        var _ = thread.scheduleWithFixedDelay(
                this::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            Map<Path, String> found = prints(live.now().config());
            if (found.equals(seen)) {
                return;
            }
            String trigger = found.keySet().stream()
                    .filter(file -> !String.valueOf(found.get(file)).equals(seen.get(file)))
                    .map(Path::toString)
                    .collect(Collectors.joining(", "));
            if (live.refreshes(trigger)) {
                seen = found;
                failedOnce = false;
            } else if (failedOnce) { // a certificate and its key are replaced one after the other
                var _ = live.refresh(trigger);
                seen = found;
                failedOnce = false;
            } else {
                failedOnce = true;
            }
        } catch (RuntimeException e) {
            log.error("looking at the files of the configuration failed", e);
        }
    }

    static Map<Path, String> prints(DaemonConfig config) {
        List<Path> files = new ArrayList<>();
        files.add(config.identity().certificate());
        files.add(config.identity().key());
        config.identity().trust().values().forEach(files::addAll);
        config.revocation().crls().values().forEach(files::addAll);
        config.daemon().witnesses().ifPresent(files::add);
        Map<Path, String> prints = new TreeMap<>();
        files.forEach(file -> prints.put(file, print(file)));
        return prints;
    }

    private static String print(Path file) {
        try {
            return Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime")
                    .toString();
        } catch (IOException e) {
            return "missing";
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                log.warn("the watch still reads a file");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
