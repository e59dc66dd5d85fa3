package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import dev.carnet.daemon.transfer.rows.NameRow;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The catalogue: which names of a volume are published or reserved. No published or reserved name contains another. */
final class Names {
    private Names() {}

    /** A name that stands in the way. */
    record Taken(String name, NameRow row) {}

    static Optional<NameRow> get(ReadTx tx, String volume, String name) {
        return tx.get(Table.NAMES, key(volume, name)).map(bytes -> Rows.parse(NameRow.parser(), bytes));
    }

    static void put(Tx tx, String volume, String name, NameRow row) {
        tx.put(Table.NAMES, key(volume, name), row.toByteArray());
    }

    static void delete(Tx tx, String volume, String name) {
        tx.delete(Table.NAMES, key(volume, name));
    }

    /** The published or reserved name that equals, contains or lies inside {@code name}. */
    static Optional<Taken> conflict(ReadTx tx, String volume, String name) {
        for (int end = name.indexOf('/'); ; end = name.indexOf('/', end + 1)) {
            String above = end < 0 ? name : name.substring(0, end);
            Optional<NameRow> row = get(tx, volume, above);
            if (row.isPresent()) {
                return Optional.of(new Taken(above, row.get()));
            }
            if (end < 0) {
                break;
            }
        }
        @Nullable Taken[] inside = new Taken[1];
        scan(tx, volume, name + "/", "", (below, row) -> {
            inside[0] = new Taken(below, row);
            return false;
        });
        return Optional.ofNullable(inside[0]);
    }

    /** Logical bytes of all published and reserved names of a volume: what a quota counts. */
    static long bytes(ReadTx tx, String volume) {
        long[] sum = {0};
        scan(tx, volume, "", "", (name, row) -> {
            sum[0] = Math.addExact(sum[0], row.getLogicalBytes());
            return true;
        });
        return sum[0];
    }

    /** Visits names that begin with {@code prefix}, in order, from {@code from} on. */
    static void scan(ReadTx tx, String volume, String prefix, String from, BiPredicate<String, NameRow> visitor) {
        int skip = key(volume, "").length;
        byte[] start = from.isEmpty() ? key(volume, prefix) : key(volume, from);
        tx.scan(Table.NAMES, key(volume, prefix), start, (k, v) -> {
            String name = new String(Arrays.copyOfRange(k, skip, k.length), UTF_8);
            return visitor.test(name, Rows.parse(NameRow.parser(), v));
        });
    }

    private static byte[] key(String volume, String name) {
        byte[] v = volume.getBytes(UTF_8);
        byte[] n = name.getBytes(UTF_8);
        return ByteBuffer.allocate(v.length + 1 + n.length)
                .put(v)
                .put((byte) 0)
                .put(n)
                .array();
    }
}
