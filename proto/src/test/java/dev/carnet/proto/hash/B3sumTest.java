package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Blake3.CHUNK_BYTES;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people check with: the b3sum program, where it is installed. */
class B3sumTest {

    @Test
    void printsTheSameDigests(@TempDir Path directory) throws IOException, InterruptedException {
        Optional<Path> b3sum = Arrays.stream(
                        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(entry -> Path.of(entry, "b3sum"))
                .filter(Files::isExecutable)
                .findFirst();
        assumeThat(b3sum).as("the b3sum program on PATH (cargo install b3sum)").isPresent();
        for (int length : new int[] {0, 1, 1025, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES + 77}) {
            byte[] data = TestData.pattern(length);
            Path file = Files.write(directory.resolve("data-" + length), data);
            Process process = new ProcessBuilder(b3sum.orElseThrow().toString(), "--no-names", file.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
            assertThat(process.waitFor()).isZero();
            assertThat(new Blake3Hasher().update(data).digest().hex())
                    .as("%s bytes", length)
                    .isEqualTo(printed);
        }
    }
}
