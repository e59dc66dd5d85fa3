package dev.carnet.daemon.state;

import java.util.Optional;
import java.util.function.BiPredicate;

/** A snapshot. Arrays given out are the caller's. */
public interface ReadTx {
    Optional<byte[]> get(Table table, byte[] key);

    /** Visits the rows whose key begins with {@code prefix}, in key order, from {@code from} (inclusive, or the prefix itself); ends when the visitor says false. */
    void scan(Table table, byte[] prefix, byte[] from, BiPredicate<byte[], byte[]> visitor);

    /** All rows under a prefix. */
    default void scan(Table table, byte[] prefix, BiPredicate<byte[], byte[]> visitor) {
        scan(table, prefix, prefix, visitor);
    }
}
