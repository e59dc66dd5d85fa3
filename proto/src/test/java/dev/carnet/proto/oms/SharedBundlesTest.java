package dev.carnet.proto.oms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Bundles of others, good and broken: with the directory that carnet.shared.vectors names, or one beside the repository. */
class SharedBundlesTest {
    private static Path folder() {
        Path told = Stream.iterate(Path.of("").toAbsolutePath(), directory -> directory != null, Path::getParent)
                .map(directory -> directory.resolve("shared/vectors/oms/v1.0"))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(Path.of(System.getProperty("carnet.shared.vectors", "/nonexistent"), "oms", "v1.0"));
        assumeTrue(Files.isDirectory(told), "shared/vectors/oms beside the repository");
        return told;
    }

    private static List<Path> files(String kind) throws IOException {
        try (Stream<Path> walk = Files.walk(folder().resolve(kind))) {
            return walk.filter(path -> path.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private static OmsBundle read(Path file, List<String> names) throws IOException {
        return OmsReader.read(() -> Files.newInputStream(file), (name, algorithm, digest) -> names.add(name));
    }

    @Test
    void good_bundles_of_other_signers_are_read() throws Exception {
        for (Path file : files("valid")) {
            List<String> names = new ArrayList<>();
            OmsBundle read = read(file, names);
            String method = file.getFileName().toString().replace(".bundle.json", "");
            assertThat(read.signer()).isEqualTo(method);
            assertThat(read.model()).isNotEmpty();
            assertThat(names)
                    .as(file.toString())
                    .contains("signme-1", "signme-2")
                    .hasSize((int) read.resources());
            assertThat(read.ignored()).contains(".git");
        }
    }

    @Test
    void a_good_bundle_is_not_signed_by_whoever_is_asked_for() throws Exception {
        ManifestKey key = new ManifestKey(new TestSigner().publicKey());
        for (Path file : files("valid")) {
            OmsBundle read = read(file, new ArrayList<>());
            assertThatThrownBy(() -> read.requireSignedBy(key)).isInstanceOf(OmsException.class);
        }
    }

    @Test
    void broken_bundles_are_refused() throws Exception {
        List<Path> broken = new ArrayList<>(files("invalid"));
        broken.addAll(files("invalid-payload"));
        assertThat(broken).hasSizeGreaterThanOrEqualTo(5);
        for (Path file : broken) {
            assertThatThrownBy(() -> read(file, new ArrayList<>()))
                    .as(file.toString())
                    .isInstanceOf(OmsException.class);
        }
    }
}
