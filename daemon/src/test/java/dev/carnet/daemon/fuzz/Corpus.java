package dev.carnet.daemon.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The committed inputs of a target: src/test/fuzz/NAME. Seeds, and whatever once broke something. */
final class Corpus {
    private static final String FOLDER = "src/test/fuzz";

    private Corpus() {}

    static Path folder(String target) {
        return root().resolve(target);
    }

    static Path root() {
        return Stream.iterate(Path.of("").toAbsolutePath(), at -> at != null, Path::getParent)
                .flatMap(
                        at -> Stream.of(at.resolve(FOLDER), at.resolve("daemon").resolve(FOLDER)))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no daemon/" + FOLDER));
    }

    /** In the order of their names. */
    static List<Path> inputs(String target) {
        try (Stream<Path> files = Files.list(folder(target))) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(Path input) {
        try {
            return Files.readAllBytes(input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
