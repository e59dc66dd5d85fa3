package dev.carnet.daemon.merkle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.Trust;
import dev.carnet.daemon.ledger.LedgerFixture;
import dev.carnet.daemon.state.ForkedJvm;
import dev.carnet.daemon.state.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * System calls that fail (strace, {@code -e inject}), and a disk that is full: afterwards the log verifies, its size has not gone back, and nothing that was published is missing. All of them with {@code -Dcarnet.faults=true},
 * as CI does, which then demands strace too.
 */
class LogFaultTest {
    private static final boolean ALL = Boolean.getBoolean("carnet.faults");
    private static final int BEFORE = 3;
    private static final int MORE = 6;

    @TempDir
    static Path made;

    @TempDir
    Path temp;

    @BeforeAll
    static void make() {
        try (LedgerFixture fixture = LedgerFixture.open(made)) {
            MerkleLog log = LogFaultRun.open(made, fixture);
            for (int i = 0; i < BEFORE; i++) {
                LogFaultRun.one(fixture, log);
            }
        }
    }

    static Stream<List<String>> faults() {
        if (!ALL) {
            return Stream.of(
                    List.of("fsync", "EIO", "4"),
                    List.of("link", "ENOSPC", "1"),
                    List.of("rename", "EIO", "1"),
                    List.of("write", "ENOSPC", "20"));
        }
        List<List<String>> all = new ArrayList<>();
        for (String call : List.of(
                "fsync", "fdatasync", "msync", "write", "pwrite64", "link", "rename", "ftruncate", "fallocate")) {
            for (String error : List.of("EIO", "ENOSPC")) {
                for (String when : List.of("1", "3", "9+4")) {
                    all.add(List.of(call, error, when));
                }
            }
        }
        return all.stream();
    }

    private static boolean traces() throws Exception {
        try {
            Process process = new ProcessBuilder("strace", "-f", "-qq", "-e", "trace=none", "true").start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_call_that_fails_costs_nothing_that_was_published(List<String> fault) throws Exception {
        boolean traces = traces();
        assertThat(traces || !ALL).as("strace is there, and may trace").isTrue();
        Assumptions.assumeTrue(traces, "strace is not there, or may not trace");
        Path state = copied(temp.resolve("state"));
        Path said = temp.resolve("said");
        String call = fault.get(0);
        List<String> command = new ArrayList<>(List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=" + call,
                "-e",
                "inject=" + call + ":error=" + fault.get(1) + ":when=" + fault.get(2)));
        command.addAll(ForkedJvm.command(List.of(), LogFaultRun.class, state.toString(), Integer.toString(MORE)));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        assertWhole(state, published(said), fault.toString());
    }

    /** A crash may have come between the making of a directory and the sync of the one that it lies in. */
    @Test
    void directories_that_are_there_are_made_durable_after_a_start() throws Exception {
        boolean traces = traces();
        assertThat(traces || !ALL).as("strace is there, and may trace").isTrue();
        Assumptions.assumeTrue(traces, "strace is not there, or may not trace");
        Path state = copied(temp.resolve("state")).toRealPath();
        Path trace = temp.resolve("trace");
        List<String> command = new ArrayList<>(
                List.of("strace", "-f", "-qq", "-y", "-e", "trace=fsync,fdatasync", "-o", trace.toString()));
        command.addAll(ForkedJvm.command(List.of(), LogFaultRun.class, state.toString(), "1"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("said").toFile())
                .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
        String synced = Files.readString(trace);
        for (String folder : List.of("", "/ledger", "/ledger/tile", "/ledger/tile/entries", "/ledger/tile/0")) {
            assertThat(synced).contains("<" + state + folder + ">");
        }
    }

    @Test
    void a_full_disk_is_waited_for() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(temp.resolve("disk"), "24m")) {
            Assumptions.assumeTrue(disk.mounted(), "needs the right to mount a tmpfs");
            Path state = copied(disk.path().resolve("state"));
            Path ballast = disk.path().resolve("ballast");
            long room = ballast.toFile().getParentFile().getUsableSpace();
            Files.write(ballast, new byte[(int) room - (3 << 20)]);
            Path said = temp.resolve("said");
            ForkedJvm.Ended ended =
                    ForkedJvm.run(said, List.of(), LogFaultRun.class, state.toString(), Integer.toString(5_000));
            assertThat(ended.status()).as(ended.output()).isEqualTo(3);
            assertThat(ended.output()).containsPattern("no room|stopped: .*(is full|[Nn]o room|No space)");
            long published = published(said);
            Files.delete(ballast);
            assertWhole(state, published, ended.output());
        }
    }

    private static Path copied(Path state) throws IOException {
        try (Stream<Path> all = Files.walk(made)) {
            for (Path path : all.toList()) {
                Files.copy(path, state.resolve(made.relativize(path).toString()));
            }
        }
        return state;
    }

    private static long published(Path said) throws IOException {
        return Files.readAllLines(said).stream()
                .filter(line -> line.matches("published \\d+"))
                .mapToLong(line -> Long.parseLong(line.substring("published ".length())))
                .max()
                .orElse(BEFORE + 1);
    }

    /** As it lies there, and after the next start, which goes on. */
    private static void assertWhole(Path state, long published, String what) {
        assertThat(verified(state, what)).as("published, after " + what).isGreaterThanOrEqualTo(published);
        try (LedgerFixture fixture = LedgerFixture.open(state)) {
            assertThat(fixture.ledger.size()).isGreaterThanOrEqualTo(published);
            MerkleLog log = LogFaultRun.open(state, fixture);
            LogFaultRun.one(fixture, log);
            assertThat(verified(state, what)).isEqualTo(fixture.ledger.size());
        }
    }

    private static long verified(Path state, String what) {
        LedgerCheck.Result result =
                LedgerCheck.run(new DirectoryFiles(state.resolve("ledger")), Trust.NONE, EntryVisitor.NONE);
        assertThat(result.findings()).as(what).extracting(Finding::kind).containsOnly(Finding.Kind.TRUST);
        return result.checkpoint().checkpoint().size();
    }
}
