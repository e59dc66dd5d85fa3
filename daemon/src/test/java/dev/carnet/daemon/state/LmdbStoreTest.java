package dev.carnet.daemon.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store in LMDB: the contract, and what a disk adds to it. */
class LmdbStoreTest extends StoreContract {
    private static final long SMALL_MAP = 1 << 20;

    @TempDir
    Path directory;

    @Override
    Store open() {
        return LmdbStore.open(directory.resolve("state"));
    }

    @Test
    void keeps_everything_across_a_restart() {
        put("a", "1");
        store.close();
        store = open();
        assertThat(get("a")).isEqualTo("1");
    }

    @Test
    void the_map_takes_address_space_and_no_disk() throws Exception {
        put("a", "1");
        assertThat(Files.size(directory.resolve("state/data.mdb"))).isLessThan(1 << 20);
        assertThat(((LmdbStore) store).mapBytes()).isEqualTo(64L << 30);
    }

    @Test
    void nobody_else_can_read_it() throws Exception {
        put("a", "1");
        assertThat(mode("state")).isEqualTo("rwx------");
        for (var name : List.of("data.mdb", "lock.mdb", "lock")) {
            assertThat(mode("state/" + name)).as(name).isEqualTo("rw-------");
        }
    }

    @Test
    void a_full_map_grows_and_the_work_runs_again() {
        var runs = new AtomicInteger();
        try (var small = LmdbStore.open(directory.resolve("small"), SMALL_MAP)) {
            small.update(tx -> {
                runs.incrementAndGet();
                for (var i = 0; i < 5_000; i++) {
                    tx.put(Table.CHUNKS, bytes("%05d".formatted(i)), new byte[1000]);
                }
            });
            assertThat(runs.get()).as("three doublings from 1 MiB").isEqualTo(4);
            assertThat(small.mapBytes()).isEqualTo(8 * SMALL_MAP);
            assertThat(rows(small)).isEqualTo(5_000);
        }
        try (var again = LmdbStore.open(directory.resolve("small"), SMALL_MAP)) {
            assertThat(rows(again)).isEqualTo(5_000);
            again.update(tx -> tx.put(Table.CHUNKS, bytes("more"), new byte[4 << 20]));
            assertThat(rows(again)).isEqualTo(5_001);
        }
    }

    @Test
    void growth_waits_for_the_snapshots_that_are_open() throws Exception {
        try (var small = LmdbStore.open(directory.resolve("small"), SMALL_MAP)) {
            small.update(tx -> tx.put(Table.CHUNKS, bytes("a"), bytes("old")));
            var writer = Thread.ofPlatform()
                    .unstarted(() -> small.update(tx -> {
                        tx.put(Table.CHUNKS, bytes("a"), bytes("new"));
                        tx.put(Table.CHUNKS, bytes("b"), new byte[3 << 20]);
                    }));
            var seen = small.<String>read(tx -> {
                writer.start();
                sleep(200);
                assertThat(writer.isAlive()).isTrue();
                return text(tx.get(Table.CHUNKS, bytes("a")).orElseThrow());
            });
            assertThat(seen).isEqualTo("old");
            writer.join(10_000);
            assertThat(writer.isAlive()).isFalse();
            assertThat(rows(small)).isEqualTo(2);
        }
    }

    @Test
    void a_second_store_on_the_directory_is_refused() {
        assertThatThrownBy(this::open)
                .isInstanceOf(StateException.class)
                .hasMessageContaining("in use by another process (pid "
                        + ProcessHandle.current().pid())
                .hasMessageContaining(directory.resolve("state").toString());
    }

    @Test
    void another_version_is_refused() {
        store.update(tx -> tx.put(Table.META, bytes("schema-version"), bytes("2")));
        store.close();
        assertThatThrownBy(this::open)
                .isInstanceOf(StateException.class)
                .hasMessageContaining("has version 2, this program knows version 1");
    }

    @Test
    void what_is_no_database_is_refused_with_its_place() throws Exception {
        Files.createDirectories(directory.resolve("bad"));
        Files.write(directory.resolve("bad/data.mdb"), new byte[8192]);
        assertThatThrownBy(() -> LmdbStore.open(directory.resolve("bad")))
                .isInstanceOf(StateException.class)
                .hasMessageContaining(directory.resolve("bad").toString());
    }

    @Test
    void a_closed_store_says_so() {
        store.close();
        assertThatThrownBy(() -> get("a")).isInstanceOf(StateException.class).hasMessageContaining("closed");
        assertThatThrownBy(() -> put("a", "1")).isInstanceOf(StateException.class);
    }

    @Test
    void a_transaction_that_escapes_is_found_out() {
        var escaped = new ArrayList<Tx>();
        store.update(escaped::add);
        assertThatThrownBy(() -> escaped.getFirst().get(Table.META, bytes("a")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_write_inside_a_read_is_refused_rather_than_waited_for() {
        assertThatThrownBy(() -> store.<Void>read(tx -> {
                    put("a", "1");
                    return null;
                }))
                .isInstanceOf(IllegalStateException.class);
    }

    private static int rows(Store store) {
        return store.<Integer>read(tx -> {
            var n = new AtomicInteger();
            tx.scan(Table.CHUNKS, new byte[0], (k, v) -> n.incrementAndGet() > 0);
            return n.get();
        });
    }

    private String mode(String name) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
