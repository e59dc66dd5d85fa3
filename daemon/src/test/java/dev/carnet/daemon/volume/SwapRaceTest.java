package dev.carnet.daemon.volume;

import static dev.carnet.daemon.volume.VolumeException.Kind.BAD_TYPE;
import static dev.carnet.daemon.volume.VolumeException.Kind.IN_THE_WAY;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Somebody swaps a directory for a link out of the volume, again and again, while it is read. */
class SwapRaceTest {
    private static final Duration RACE = Duration.ofMillis(700);

    private static final Duration PAUSE = Duration.ofNanos(30_000);

    @TempDir
    Path outside;

    static Stream<Posix> kernels() {
        return SourceWalkTest.kernels();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void never_reads_outside(Posix posix) throws Exception {
        Path root = Files.createDirectories(outside.resolve("volume/c/d"))
                .getParent()
                .getParent();
        Files.createDirectory(outside.resolve("trap"));
        Files.writeString(outside.resolve("trap/f"), "trap");
        Files.writeString(root.resolve("c/d/f"), "good");
        var stop = new AtomicBoolean();
        var swapper = Thread.ofPlatform().start(() -> swap(root, stop));
        int good = 0;
        int met = 0;
        long trap = (long) Files.getAttribute(outside.resolve("trap/f"), "unix:ino");
        try (var volume = Fixture.open(root, posix);
                var source = volume.source("c", false)) {
            long end = System.nanoTime() + RACE.toNanos();
            while (System.nanoTime() < end) {
                try {
                    assertThat(new String(Fixture.read(source, "d/f", 4), UTF_8))
                            .isEqualTo("good");
                    good++;
                    source.walk((member, print) -> assertThat(print.inode()).isNotEqualTo(trap));
                } catch (VolumeException e) {
                    met += e.kind() == IN_THE_WAY || e.kind() == BAD_TYPE ? 1 : 0;
                }
            }
        } finally {
            stop.set(true);
            swapper.join();
        }
        assertThat(good).as("reads that found the directory").isPositive();
        assertThat(met).as("reads and walks that met the link").isPositive();
    }

    /** Long enough for the other side to meet what is there now. */
    private static void pause() {
        long end = System.nanoTime() + PAUSE.toNanos();
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    private void swap(Path root, AtomicBoolean stop) {
        Path d = root.resolve("c/d");
        Path aside = root.resolve("aside");
        Path link = root.resolve("link");
        try {
            while (!stop.get()) {
                Files.createSymbolicLink(link, outside.resolve("trap"));
                Files.move(d, aside);
                Files.move(link, d, StandardCopyOption.ATOMIC_MOVE);
                pause();
                Files.delete(d);
                Files.move(aside, d);
                pause();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
