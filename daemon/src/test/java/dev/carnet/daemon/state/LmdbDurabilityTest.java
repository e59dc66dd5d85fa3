package dev.carnet.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed process and a full disk leave behind. */
class LmdbDurabilityTest {
    private static final byte[] NONE = {};

    @TempDir
    Path directory;

    /** Commits pairs of rows, and says after each commit how far it is, until it is killed. */
    public static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            try (var store = LmdbStore.open(Path.of(args[0]))) {
                for (var n = 0L; ; n++) {
                    var value = number(n);
                    store.update(tx -> {
                        tx.put(Table.CHUNKS, number(ByteBuffer.wrap(value).getLong()), new byte[2_000]);
                        tx.put(Table.META, "last".getBytes(java.nio.charset.StandardCharsets.US_ASCII), value);
                    });
                    System.out.println(n);
                }
            }
        }
    }

    @Test
    void after_kill_9_every_commit_is_there_whole_and_nothing_else() throws Exception {
        var output = directory.resolve("output");
        for (var round = 0; round < 2; round++) {
            var state = directory.resolve("state" + round);
            var process = ForkedJvm.start(output, List.of(), Writer.class, state.toString());
            try {
                waitForLines(output, process, 30 + round * 57);
            } finally {
                process.destroyForcibly();
            }
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            var said = Files.readAllLines(output).stream()
                    .filter(l -> l.matches("\\d+"))
                    .count();
            try (var store = LmdbStore.open(state)) {
                var last = store.<byte[]>read(
                        tx -> tx.get(Table.META, "last".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                                .orElseThrow());
                var rows = rows(store);
                assertThat(rows).as("whole").isEqualTo(ByteBuffer.wrap(last).getLong() + 1);
                assertThat(rows).as("durable when it was said").isBetween(said - 1, said + 1);
            }
        }
    }

    private static void waitForLines(Path output, Process process, int lines) throws Exception {
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (Files.readAllLines(output).size() < lines) {
            assertThat(process.isAlive())
                    .as(() -> "the writer ended: " + output)
                    .isTrue();
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(5);
        }
    }

    @Test
    void on_a_full_disk_a_change_is_refused_whole_and_the_store_goes_on() throws Exception {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), "4m")) {
            Assumptions.assumeTrue(disk.mounted(), "needs the right to mount a tmpfs");
            try (var store = LmdbStore.open(disk.path().resolve("state"))) {
                store.update(tx -> tx.put(Table.CHUNKS, number(0), new byte[100]));
                assertThatThrownBy(() -> store.update(tx -> {
                            for (var i = 1; i < 3_000; i++) {
                                tx.put(Table.CHUNKS, number(i), new byte[3_000]);
                            }
                        }))
                        .isInstanceOf(StateException.class)
                        .hasMessageContaining("is full");
                assertThat(rows(store)).isOne();
                store.update(tx -> tx.put(Table.CHUNKS, number(1), new byte[100]));
            }
            try (var store = LmdbStore.open(disk.path().resolve("state"))) {
                assertThat(rows(store)).isEqualTo(2);
            }
        }
    }

    private static long rows(Store store) {
        var n = new AtomicLong();
        store.<Boolean>read(tx -> {
            tx.scan(Table.CHUNKS, NONE, (k, v) -> n.incrementAndGet() > 0);
            return true;
        });
        return n.get();
    }

    private static byte[] number(long n) {
        return ByteBuffer.allocate(Long.BYTES).putLong(n).array();
    }
}
