package dev.carnet.daemon.state;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store keeps to. */
abstract class StoreContract {
    private static final byte[] NONE = {};
    Store store;

    abstract Store open();

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void gives_back_what_was_put() {
        put("a", "1");
        put("a", "2");
        put("b", "");
        assertThat(get("a")).isEqualTo("2");
        assertThat(get("b")).isEmpty();
        assertThat(get("c")).isNull();
    }

    @Test
    void tables_are_apart() {
        put("a", "1");
        store.update(tx -> tx.put(Table.OUTBOX, bytes("a"), bytes("2")));
        assertThat(get("a")).isEqualTo("1");
        assertThat(store.<java.util.Optional<String>>read(
                        tx -> tx.get(Table.OUTBOX, bytes("a")).map(StoreContract::text)))
                .hasValue("2");
    }

    @Test
    void arrays_are_the_callers() {
        var key = bytes("k");
        var value = bytes("v");
        store.update(tx -> tx.put(Table.TRANSFERS, key, value));
        key[0] = 'x';
        value[0] = 'x';
        var got = store.read(tx -> tx.get(Table.TRANSFERS, bytes("k"))).orElseThrow();
        got[0] = 'y';
        assertThat(get("k")).isEqualTo("v");
    }

    @Test
    void scans_in_order_of_unsigned_bytes() {
        for (var key : List.of("p\u00ff", "p\u007f", "p\u0080", "p", "p\u0000", "o\u00ff", "q", "p\u0080\u0000")) {
            put(key, key);
        }
        assertThat(scan("p", "")).containsExactly("p", "p\u0000", "p\u007f", "p\u0080", "p\u0080\u0000", "p\u00ff");
        assertThat(scan("p", "p\u0080")).containsExactly("p\u0080", "p\u0080\u0000", "p\u00ff");
        assertThat(scan("p", "p\u007f\u0000")).startsWith("p\u0080");
        assertThat(scan("p", "q")).isEmpty();
        assertThat(scan("x", "")).isEmpty();
    }

    @Test
    void a_scan_ends_when_the_visitor_says_so() {
        for (var i = 0; i < 10; i++) {
            put("n" + i, "");
        }
        var seen = new ArrayList<String>();
        store.<Void>read(tx -> {
            tx.scan(Table.TRANSFERS, bytes("n"), (k, v) -> {
                seen.add(text(k));
                return seen.size() < 3;
            });
            return null;
        });
        assertThat(seen).containsExactly("n0", "n1", "n2");
    }

    @Test
    void a_scan_without_prefix_sees_everything() {
        put("a", "");
        put("\u00ff", "");
        assertThat(scan("", "")).containsExactly("a", "\u00ff");
    }

    @Test
    void a_visitor_may_write_to_what_it_scans() {
        for (var i = 0; i < 500; i++) {
            put("n%03d".formatted(i), "x".repeat(100));
        }
        var seen = new ArrayList<String>();
        store.update(tx -> {
            seen.clear();
            tx.scan(Table.TRANSFERS, bytes("n"), (k, v) -> {
                seen.add(text(k));
                tx.delete(Table.TRANSFERS, k);
                tx.put(Table.TRANSFERS, bytes("m" + text(k)), v);
                return true;
            });
        });
        assertThat(seen).hasSize(500).isSorted().doesNotHaveDuplicates();
        assertThat(scan("n", "")).isEmpty();
        assertThat(scan("m", "")).hasSize(500);
    }

    @Test
    void deletes_a_row_and_says_whether_there_was_one() {
        put("a", "1");
        assertThat(store.<Boolean>write(tx -> tx.delete(Table.TRANSFERS, bytes("a"))))
                .isTrue();
        assertThat(store.<Boolean>write(tx -> tx.delete(Table.TRANSFERS, bytes("a"))))
                .isFalse();
        assertThat(get("a")).isNull();
    }

    @Test
    void deletes_all_rows_under_a_prefix_and_no_others() {
        for (var key : List.of("a", "b", "b1", "b2\u00ff", "b\u00ff", "c")) {
            put(key, key);
        }
        assertThat(store.<Long>write(tx -> tx.deletePrefix(Table.TRANSFERS, bytes("b"))))
                .isEqualTo(4);
        assertThat(scan("", "")).containsExactly("a", "c");
        assertThat(store.<Long>write(tx -> tx.deletePrefix(Table.TRANSFERS, bytes("b"))))
                .isZero();
    }

    @Test
    void a_write_sees_itself_and_a_snapshot_does_not_see_it() {
        put("a", "1");
        var inside = store.<String>read(tx -> {
            onOtherThread(() -> {
                store.update(w -> {
                    w.put(Table.TRANSFERS, bytes("a"), bytes("2"));
                    assertThat(w.get(Table.TRANSFERS, bytes("a")).map(StoreContract::text))
                            .hasValue("2");
                });
                return null;
            });
            return text(tx.get(Table.TRANSFERS, bytes("a")).orElseThrow());
        });
        assertThat(inside).isEqualTo("1");
        assertThat(get("a")).isEqualTo("2");
    }

    @Test
    void an_exception_aborts_and_is_thrown_on() {
        put("a", "1");
        var thrown = new IllegalStateException("mine");
        assertThatThrownBy(() -> store.update(tx -> {
                    tx.put(Table.TRANSFERS, bytes("a"), bytes("2"));
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(get("a")).isEqualTo("1");
    }

    @Test
    void a_write_is_not_reentrant_and_says_so() {
        assertThatThrownBy(() -> store.update(tx -> put("a", "1"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keys_have_1_to_480_bytes() {
        var longest = "k".repeat(480);
        put(longest, "1");
        assertThat(get(longest)).isEqualTo("1");
        assertThat(scan(longest, "")).containsExactly(longest);
        for (var bad : List.of("", longest + "k")) {
            assertThatThrownBy(() -> put(bad, "1")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> get(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_visitor_may_write_beside_the_longest_key() {
        var longest = "k".repeat(480);
        put(longest, "1");
        put("l", "2");
        store.update(tx -> tx.scan(Table.TRANSFERS, NONE, (k, v) -> {
            tx.put(Table.OUTBOX, k, v);
            return true;
        }));
        assertThat(store.<Long>write(tx -> tx.deletePrefix(Table.OUTBOX, NONE))).isEqualTo(2);
    }

    @Test
    void large_values_come_back() {
        var value = new byte[3 << 20];
        new Random(1).nextBytes(value);
        store.update(tx -> tx.put(Table.TRANSFERS, bytes("big"), value));
        assertThat(store.<byte[]>read(
                        tx -> tx.get(Table.TRANSFERS, bytes("big")).orElseThrow()))
                .isEqualTo(value);
    }

    @Test
    void writes_of_many_threads_are_serial_and_none_is_lost() throws Exception {
        try (var platform = Executors.newFixedThreadPool(4);
                var virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = new ArrayList<java.util.concurrent.Future<?>>();
            for (var i = 0; i < 8; i++) {
                Callable<Void> adder = () -> {
                    for (var n = 0; n < 25; n++) {
                        store.update(StoreContract::addOne);
                        assertThat(count()).isPositive();
                    }
                    return null;
                };
                tasks.add((i % 2 == 0 ? platform : virtual).submit(adder));
            }
            for (var task : tasks) {
                task.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(count()).isEqualTo(200);
    }

    @Test
    void behaves_as_a_sorted_map_does() {
        var seed = System.nanoTime();
        var random = new Random(seed);
        var model = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
        for (var round = 0; round < 60; round++) {
            store.update(tx -> {
                for (var i = 0; i < 20; i++) {
                    step(random, tx, model);
                }
            });
            var prefix = randomKey(random, 1);
            assertThat(scan(text(prefix), ""))
                    .as("seed %d round %d", seed, round)
                    .isEqualTo(model.keySet().stream()
                            .filter(k -> Keys.hasPrefix(k, prefix))
                            .map(StoreContract::text)
                            .toList());
        }
    }

    private static void step(Random random, Tx tx, TreeMap<byte[], byte[]> model) {
        var key = randomKey(random, 4);
        switch (random.nextInt(8)) {
            case 0, 1 -> assertThat(tx.delete(Table.TRANSFERS, key)).isEqualTo(model.remove(key) != null);
            case 2 -> {
                var before = model.size();
                model.keySet().removeIf(k -> Keys.hasPrefix(k, key));
                assertThat(tx.deletePrefix(Table.TRANSFERS, key)).isEqualTo(before - model.size());
            }
            default -> {
                var value = new byte[random.nextInt(3000)];
                random.nextBytes(value);
                tx.put(Table.TRANSFERS, key, value);
                model.put(key, value);
            }
        }
    }

    private static byte[] randomKey(Random random, int lengthMax) {
        var key = new byte[1 + random.nextInt(lengthMax)];
        for (var i = 0; i < key.length; i++) {
            key[i] = (byte) (random.nextInt(4) * 85);
        }
        return key;
    }

    private static void addOne(Tx tx) {
        var key = bytes("count");
        var n = tx.get(Table.TRANSFERS, key).map(v -> Integer.parseInt(text(v))).orElse(0);
        tx.put(Table.TRANSFERS, key, bytes(Integer.toString(n + 1)));
    }

    private int count() {
        return store.<Integer>read(tx -> tx.get(Table.TRANSFERS, bytes("count"))
                .map(v -> Integer.parseInt(text(v)))
                .orElse(0));
    }

    final void put(String key, String value) {
        store.update(tx -> tx.put(Table.TRANSFERS, bytes(key), bytes(value)));
    }

    final @org.jspecify.annotations.Nullable String get(String key) {
        return store.read(tx -> tx.get(Table.TRANSFERS, bytes(key)))
                .map(StoreContract::text)
                .orElse(null);
    }

    final List<String> scan(String prefix, String from) {
        var keys = new ArrayList<String>();
        store.<Void>read(tx -> {
            tx.scan(Table.TRANSFERS, bytes(prefix), bytes(from), (k, v) -> keys.add(text(k)));
            return null;
        });
        return keys;
    }

    static <T> T onOtherThread(Callable<T> work) {
        var result = new AtomicReference<T>();
        var failure = new AtomicReference<Throwable>();
        var thread = Thread.ofPlatform().start(() -> {
            try {
                result.set(work.call());
            } catch (Throwable t) {
                failure.set(t);
            }
        });
        try {
            thread.join(30_000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        assertThat(thread.isAlive()).as("still waiting after 30 s").isFalse();
        assertThat(failure.get()).isNull();
        return result.get();
    }

    static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
