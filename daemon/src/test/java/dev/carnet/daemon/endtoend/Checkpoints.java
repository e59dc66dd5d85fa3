package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Makes directories that look like checkpoints, and compares two. */
public final class Checkpoints {
    private Checkpoints() {}

    /** Files of the given sizes, half of them hard to compress, from a seed; an empty directory and small files beside them. */
    public static void make(Path root, long seed, int... sizes) {
        Random random = new Random(seed);
        try {
            Files.createDirectories(root.resolve("empty"));
            Files.createDirectories(root.resolve("shards"));
            Files.writeString(root.resolve("config.json"), "{\"seed\": " + seed + "}\n");
            Files.write(root.resolve(".gitattributes"), new byte[0]);
            for (int i = 0; i < sizes.length; i++) {
                byte[] bytes = new byte[sizes[i]];
                if (i % 2 == 0) {
                    random.nextBytes(bytes);
                } else {
                    for (int b = 0; b < bytes.length; b++) {
                        bytes[b] = (byte) (b / 1000);
                    }
                }
                Files.write(root.resolve("shards").resolve("model-" + i + ".bin"), bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names, types, modes, times, bytes: all the same. */
    public static void assertSame(Path expected, Path actual) {
        Map<String, String> wanted = describe(expected);
        assertThat(describe(actual)).isEqualTo(wanted);
        wanted.keySet().forEach(name -> {
            Path from = expected.resolve(name);
            if (Files.isRegularFile(from, LinkOption.NOFOLLOW_LINKS)) {
                try {
                    assertThat(Files.mismatch(from, actual.resolve(name)))
                            .as(name)
                            .isEqualTo(-1);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
    }

    private static Map<String, String> describe(Path root) {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                PosixFileAttributes a =
                        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                found.put(
                        root.relativize(path).toString(),
                        (a.isDirectory() ? "d" : a.isRegularFile() ? "f " + a.size() : "?") + " " + a.permissions()
                                + " " + a.lastModifiedTime());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }
}
