package dev.carnet.daemon.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon is not root where it counts: what modes forbid to their owner is tried as a user whom they bind. And without any locale. */
class UnprivilegedTest {
    private static final String NOBODY = "65534";

    @TempDir
    Path root;

    @Test
    void modes_that_bind_their_owner() throws Exception {
        Files.setAttribute(root, "unix:uid", Integer.valueOf(NOBODY));
        Path log = Files.createTempFile("unprivileged", ".log");
        List<String> command = new ArrayList<>(List.of(
                "setpriv",
                "--reuid",
                NOBODY,
                "--regid",
                NOBODY,
                "--clear-groups",
                "env",
                "-i",
                "LC_ALL=C",
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                UnprivilegedMain.class.getName(),
                root.toString()));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(Fixture.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(log, StandardCharsets.UTF_8);
        Files.delete(log);
        assumeTrue(process.exitValue() != 127 && !said.startsWith("setpriv:"), "needs setpriv and the right to use it");
        assumeTrue(!said.contains("ClassNotFoundException"), "needs classes that everybody may read");
        assertThat(said).as("exit status " + process.exitValue()).isEqualTo("good\n");
    }

    /** Only what this room needs: the rest may lie in a home directory. */
    private static String classPath() throws Exception {
        List<String> places = new ArrayList<>();
        for (Class<?> c : List.of(UnprivilegedMain.class, Volume.class, dev.carnet.proto.tree.MemberPath.class)) {
            places.add(Path.of(c.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        return String.join(":", places);
    }
}
