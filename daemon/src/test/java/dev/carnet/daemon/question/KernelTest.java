package dev.carnet.daemon.question;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of the kernel, and what is advised. */
class KernelTest {
    @TempDir
    private Path net;

    private static Kernel.Facts facts(String congestion, long buffers) {
        return new Kernel.Facts(congestion, List.of("reno", "cubic"), buffers, buffers, 212_992, 212_992);
    }

    @Test
    void reads_the_numbers_that_count() throws Exception {
        Files.createDirectories(net.resolve("ipv4"));
        Files.createDirectories(net.resolve("core"));
        Files.writeString(net.resolve("ipv4/tcp_congestion_control"), "bbr\n");
        Files.writeString(net.resolve("ipv4/tcp_available_congestion_control"), "reno cubic bbr\n");
        Files.writeString(net.resolve("ipv4/tcp_rmem"), "4096\t131072\t6291456\n");
        Files.writeString(net.resolve("ipv4/tcp_wmem"), "4096\t16384\t4194304\n");
        Files.writeString(net.resolve("core/rmem_max"), "212992\n");
        assertThat(new Kernel(net).facts())
                .isEqualTo(new Kernel.Facts("bbr", List.of("reno", "cubic", "bbr"), 6_291_456, 4_194_304, 212_992, 0));
    }

    /** Unlike a file, a number of the kernel is there for the first read alone. */
    @Test
    void reads_the_whole_numbers_of_this_kernel() throws Exception {
        Path here = Path.of("/proc/sys/net/ipv4/tcp_rmem");
        assumeTrue(Files.isReadable(here));
        String shown;
        try (var cat = new ProcessBuilder("cat", here.toString()).start().inputReader()) {
            shown = cat.readLine().strip();
        }
        assertThat(Kernel.system().facts().tcpReadMax()).isEqualTo(Long.parseLong(shown.split("\\s+")[2]));
    }

    @Test
    void a_line_that_fits_needs_nothing() {
        assertThat(Kernel.advice(facts("cubic", 6 << 20), 1.0, 1e9, 1.1e9, 4)).isEmpty();
        assertThat(Kernel.advice(facts("cubic", 6 << 20), null, null, null, 4)).isEmpty();
    }

    @Test
    void a_long_fat_line_needs_buffers_with_the_very_command() {
        List<String> advice = Kernel.advice(facts("bbr", 6 << 20), 80.0, 4e7, 5e8, 8);
        // 5e8 B/s * 0.08 s * 2 = 80,000,000 bytes, in whole MiB
        assertThat(advice).hasSize(3);
        assertThat(advice.get(0))
                .contains("sysctl -w net.ipv4.tcp_wmem='4096 16384 80740352'", "500 MB/s over 80.0 ms");
        assertThat(advice.get(1)).contains("sysctl -w net.ipv4.tcp_rmem='4096 131072 80740352'");
        assertThat(advice.get(2)).contains("8 streams carry 12.5 times");
    }

    @Test
    void far_away_cubic_is_told_of_bbr() {
        assertThat(Kernel.advice(facts("cubic", 1L << 30), 80.0, 4e7, null, 1))
                .singleElement()
                .asString()
                .contains("modprobe tcp_bbr; sysctl -w net.ipv4.tcp_congestion_control=bbr");
    }
}
