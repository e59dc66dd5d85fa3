package dev.carnet.daemon.daybook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.ledger.Digests;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {
    @TempDir
    private Path work;

    private static String sha(String text) {
        return Digests.sha256Hex(text.getBytes(UTF_8));
    }

    @Test
    void jars_in_the_order_of_their_names_whatever_the_class_path_says() throws Exception {
        Path b = Files.writeString(work.resolve("b.jar"), "bee");
        Path a = Files.writeString(Files.createDirectory(work.resolve("z")).resolve("a.jar"), "ay");
        String text = sha("ay") + " a.jar\n" + sha("bee") + " b.jar\n";
        assertThat(Distribution.digest(b + ":" + a)).isEqualTo(sha(text));
        assertThat(Distribution.digest(a + ":" + b + "::" + work.resolve("missing.jar")))
                .isEqualTo(sha(text));
        Files.writeString(b, "Bee");
        assertThat(Distribution.digest(a + ":" + b)).isNotEqualTo(sha(text));
    }

    @Test
    void a_directory_of_classes_is_its_files() throws Exception {
        Path classes = Files.createDirectories(work.resolve("classes/p"));
        Files.writeString(classes.resolve("A.class"), "1");
        Files.writeString(classes.getParent().resolve("r"), "2");
        String directory = sha("1") + " p/A.class\n" + sha("2") + " r\n";
        assertThat(Distribution.digest(classes.getParent().toString())).isEqualTo(sha(sha(directory) + " classes\n"));
    }

    @Test
    void of_this_process() {
        assertThat(Distribution.digest()).matches("[0-9a-f]{64}").isEqualTo(Distribution.digest());
    }
}
