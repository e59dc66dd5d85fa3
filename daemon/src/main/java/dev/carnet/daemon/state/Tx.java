package dev.carnet.daemon.state;

/** The write transaction; sees its own writes. */
public interface Tx extends ReadTx {
    void put(Table table, byte[] key, byte[] value);

    /** True where there was a row. */
    boolean delete(Table table, byte[] key);

    /** Deletes every row whose key begins with {@code prefix}; says how many. */
    long deletePrefix(Table table, byte[] prefix);
}
