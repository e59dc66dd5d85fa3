package dev.carnet.daemon.state;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.lmdbjava.DbiFlags.MDB_CREATE;
import static org.lmdbjava.EnvFlags.MDB_NORDAHEAD;
import static org.lmdbjava.EnvFlags.MDB_NOTLS;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.lmdbjava.ByteBufferProxy;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;

/** The LMDB environment, its tables, and its version. Never NOSYNC, NOMETASYNC or WRITEMAP: a commit that returned is on the disk. */
final class LmdbEnv implements AutoCloseable {
    private static final int FILE_MODE = 0600;
    private static final byte[] VERSION_KEY = "schema-version".getBytes(US_ASCII);
    private static final String VERSION = "1";

    final Env<ByteBuffer> env;
    final Map<Table, Dbi<ByteBuffer>> tables;
    private final Path directory;
    private long mapBytes;

    private LmdbEnv(Path directory, long mapBytes, Env<ByteBuffer> env, Map<Table, Dbi<ByteBuffer>> tables) {
        this.directory = directory;
        this.mapBytes = mapBytes;
        this.env = env;
        this.tables = tables;
    }

    /** @param readersMax transactions that read at a time */
    static LmdbEnv open(Path directory, long mapBytes, int readersMax) {
        // NOTLS: a snapshot belongs to its transaction, not to a thread. No read-ahead: the tables are larger than what
        // is hot.
        var env = Env.create(ByteBufferProxy.PROXY_OPTIMAL)
                .setMapSize(mapBytes)
                .setMaxDbs(Table.values().length)
                .setMaxReaders(readersMax)
                .open(directory.toFile(), FILE_MODE, MDB_NOTLS, MDB_NORDAHEAD);
        var done = false;
        try {
            var tables = new EnumMap<Table, Dbi<ByteBuffer>>(Table.class);
            for (var table : Table.values()) {
                tables.put(table, env.openDbi(table.onDisk(), MDB_CREATE));
            }
            var opened = new LmdbEnv(
                    directory, Math.max(mapBytes, env.info().mapSize), env, Collections.unmodifiableMap(tables));
            opened.checkVersion();
            done = true;
            return opened;
        } finally {
            if (!done) {
                env.close();
            }
        }
    }

    private void checkVersion() {
        try (var txn = env.txnWrite()) {
            var tx = new LmdbTx(tables, txn, LmdbReadTx.newKeyBuffer());
            var found = tx.get(Table.META, VERSION_KEY).map(v -> new String(v, US_ASCII));
            if (found.isEmpty()) {
                tx.put(Table.META, VERSION_KEY, VERSION.getBytes(US_ASCII));
                txn.commit();
            } else if (!found.get().equals(VERSION)) {
                throw new StateException("the state in " + directory + " has version " + found.get()
                        + ", this program knows version " + VERSION + ": start the release that wrote it");
            }
        }
    }

    /**
     * Doubles the map. No transaction may be open.
     *
     * @throws StateException beyond {@code bytesMax}
     */
    void grow(long bytesMax) {
        if (mapBytes > bytesMax / 2) {
            throw new StateException("the state in " + directory + " has outgrown its largest map of " + bytesMax
                    + " bytes: something writes without end");
        }
        env.setMapSize(mapBytes * 2);
        mapBytes *= 2;
    }

    long mapBytes() {
        return mapBytes;
    }

    @Override
    public void close() {
        env.close();
    }
}
