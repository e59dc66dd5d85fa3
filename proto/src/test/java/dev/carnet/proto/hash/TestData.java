package dev.carnet.proto.hash;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where vectors lie, and the bytes that they speak of. */
final class TestData {

    private TestData() {}

    /** The input of BLAKE3's official vectors. */
    static byte[] pattern(int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (i % 251);
        }
        return data;
    }

    /** Our own vectors. */
    static Path own(String name) {
        return ancestors()
                .map(directory -> directory.resolve("proto/vectors").resolve(name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new UncheckedIOException(new java.io.FileNotFoundException(name)));
    }

    /**
     * Vectors of others: in the directory that the property carnet.shared.vectors names, or in one beside the
     * repository.
     */
    static Optional<Path> shared(String name) {
        Stream<Path> told =
                Stream.ofNullable(System.getProperty("carnet.shared.vectors")).map(Path::of);
        Stream<Path> beside = ancestors().map(directory -> directory.resolve("shared/vectors"));
        return Stream.concat(told, beside)
                .map(directory -> directory.resolve(name))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static Stream<Path> ancestors() {
        return Stream.iterate(Path.of("").toAbsolutePath(), directory -> directory != null, Path::getParent);
    }
}
