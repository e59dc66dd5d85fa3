package dev.carnet.daemon.transfer;

import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import dev.carnet.proto.hash.CvTree;
import dev.carnet.proto.hash.Hash32;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The chunk map of one transfer. A row's value is empty (the source may have sent it and has no answer yet), 32 bytes (CV), or 64 (CV, and the digest of the
 * file that consists of it). At the destination a row means <em>held</em>; at the source a row with a CV means <em>acknowledged</em>.
 */
final class Chunks {
    private static final byte[] MAYBE_SENT = new byte[0];

    /** BLAKE3 of the empty string. */
    static final Hash32 EMPTY_FILE = Hash32.ofHex("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");

    private final Store store;
    private final Key key;

    Chunks(Store store, Key key) {
        this.store = store;
        this.key = key;
    }

    /** Sees rows in order. {@code sum} is null for a chunk that was perhaps sent. */
    @FunctionalInterface
    interface Visitor {
        void row(int member, int chunk, @Nullable ChunkSum sum);
    }

    void put(Tx tx, int member, int chunk, ChunkSum sum) {
        byte[] value = new byte[sum.root() == null ? Hash32.BYTES : 2 * Hash32.BYTES];
        sum.cv().copyTo(value, 0);
        if (sum.root() != null) {
            sum.root().copyTo(value, Hash32.BYTES);
        }
        tx.put(Table.CHUNKS, key.chunk(member, chunk), value);
    }

    /** Notes that the chunk may be sent from now on; false where that was so before. */
    boolean grant(Tx tx, int member, int chunk) {
        byte[] row = key.chunk(member, chunk);
        if (tx.get(Table.CHUNKS, row).isPresent()) {
            return false;
        }
        tx.put(Table.CHUNKS, row, MAYBE_SENT);
        return true;
    }

    Optional<ChunkSum> sum(int member, int chunk) {
        return store.read(tx -> tx.get(Table.CHUNKS, key.chunk(member, chunk)))
                .filter(value -> value.length > 0)
                .map(Chunks::read);
    }

    /** Visits every row. The snapshot lives as long as the walk: at most a few seconds for a million chunks. */
    void forEach(Visitor visitor) {
        store.read(tx -> {
            tx.scan(Table.CHUNKS, key.bytes(), (k, v) -> {
                visitor.row(Key.memberOf(k), Key.chunkOf(k), v.length == 0 ? null : read(v));
                return true;
            });
            return visitor;
        });
    }

    /**
     * Visits the chunks of one file.
     *
     * @throws IllegalStateException where one is missing or has no CV
     */
    void forFile(ReadTx tx, int member, long size, java.util.function.Consumer<ChunkSum> visitor) {
        int expected = Geometry.chunks(size);
        int[] next = {0};
        tx.scan(Table.CHUNKS, key.member(member), (k, v) -> {
            if (Key.chunkOf(k) != next[0] || v.length == 0) {
                return false;
            }
            next[0]++;
            visitor.accept(read(v));
            return true;
        });
        if (next[0] != expected) {
            throw new IllegalStateException(
                    "member " + member + " has " + next[0] + " chunks on record, not " + expected);
        }
    }

    /** The file's BLAKE3, from the CVs on record. */
    Hash32 digest(int member, long size) {
        return store.read(tx -> digest(tx, member, size));
    }

    Hash32 digest(ReadTx tx, int member, long size) {
        if (size == 0) {
            return EMPTY_FILE;
        }
        if (Geometry.chunks(size) == 1) {
            Hash32[] root = new Hash32[1];
            forFile(tx, member, size, sum -> root[0] = sum.root());
            return root[0];
        }
        CvTree tree = new CvTree();
        forFile(tx, member, size, sum -> tree.add(sum.cv()));
        return tree.root();
    }

    /** Forgets the chunks of a file; says how many logical bytes that were. */
    long deleteFile(Tx tx, int member, long size) {
        long[] bytes = {0};
        tx.scan(Table.CHUNKS, key.member(member), (k, v) -> {
            bytes[0] += Geometry.length(size, Key.chunkOf(k));
            return true;
        });
        tx.deletePrefix(Table.CHUNKS, key.member(member));
        return bytes[0];
    }

    private static ChunkSum read(byte[] value) {
        Hash32 cv = Hash32.at(value, 0);
        return new ChunkSum(cv, value.length == Hash32.BYTES ? null : Hash32.of(Arrays.copyOfRange(value, 32, 64)));
    }
}
