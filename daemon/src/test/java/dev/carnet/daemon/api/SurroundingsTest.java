package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carnet.daemon.api.Surroundings.Seen;
import dev.carnet.daemon.api.Surroundings.Sight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel says of real processes. */
class SurroundingsTest {
    private static final long WAIT_SECONDS = 20;

    @TempDir
    Path root;

    private static Seen seen(long pid) {
        return Surroundings.KERNEL.of((int) pid);
    }

    @Test
    void processes_that_see_what_this_one_sees() throws Exception {
        assertThat(seen(ProcessHandle.current().pid())).isEqualTo(Seen.SAME);
        Process child = new ProcessBuilder("sleep", "60").start();
        try {
            assertThat(seen(child.pid())).isEqualTo(Seen.SAME);
        } finally {
            end(child);
        }
    }

    @Test
    void one_that_has_ended() throws Exception {
        Process child = new ProcessBuilder("sleep", "60").start();
        end(child);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (ProcessTable.has((int) child.pid()) && System.nanoTime() < deadline) {
            Thread.sleep(5); // until it is reaped
        }
        assertThat(ProcessTable.has((int) child.pid())).isFalse();
        assertThat(seen(child.pid()).sight()).isEqualTo(Sight.GONE);
        assertThat(ProcessTable.has((int) ProcessHandle.current().pid())).isTrue();
        assertThat(ProcessTable.has(1))
                .as("one that this process may not signal, perhaps")
                .isTrue();
    }

    @Test
    void one_of_another_pid_namespace() {
        assertThat(seen(0).sight()).isEqualTo(Sight.OTHER);
        assertThat(seen(0).why()).contains("PID namespace");
    }

    @Test
    void one_in_another_mount_namespace() throws Exception {
        assumeTrue(
                run("unshare", "-m", "--propagation", "private", "true") == 0,
                "skipped: this machine lets nobody make a mount namespace");
        Process child = new ProcessBuilder("unshare", "-m", "--propagation", "private", "sleep", "60").start();
        try {
            awaitComm(child, "sleep");
            Seen seen = seen(child.pid());
            assertThat(seen.sight()).isEqualTo(Sight.OTHER);
            assertThat(seen.why())
                    .contains("in the mount namespace " + namespace(String.valueOf(child.pid())))
                    .contains("this daemon in " + namespace("self"));
        } finally {
            end(child);
        }
    }

    @Test
    void one_below_another_root() throws Exception {
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(root, "unix:uid")), "skipped: only root can chroot");
        Process child = new ProcessBuilder(
                        "python3",
                        "-c",
                        "import os, sys, time; os.chroot(sys.argv[1]); print('there', flush=True); time.sleep(60)",
                        root.toString())
                .start();
        try {
            int first = child.getInputStream().read();
            assumeTrue(first == 't', "skipped: needs python3");
            Seen seen = seen(child.pid());
            assertThat(seen.sight()).isEqualTo(Sight.OTHER);
            assertThat(seen.why()).contains("another root directory");
        } finally {
            end(child);
        }
    }

    private static String namespace(String pid) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc", pid, "ns/mnt")).toString();
    }

    private static void awaitComm(Process process, String name) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        Path comm = Path.of("/proc", String.valueOf(process.pid()), "comm");
        while (!Files.readString(comm).strip().equals(name)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(5);
        }
    }

    private static int run(String... command) throws Exception {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            var _ = process.getInputStream().readAllBytes();
            return process.waitFor();
        } catch (IOException e) {
            return -1;
        }
    }

    private static void end(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
    }
}
