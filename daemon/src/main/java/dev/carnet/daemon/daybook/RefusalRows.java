package dev.carnet.daemon.daybook;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.carnet.daemon.daybook.Counts.Counted;
import dev.carnet.daemon.daybook.rows.RefusalRow;
import dev.carnet.daemon.policy.Sha256;
import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The table of refusals that no entry has yet. Keys: {@code m} minute, hash of what makes refusals the same; {@code o} day, hash of whom: what is over a day's
 * entries; {@code d} day, hash of whom: how many entries that day has; {@code n}: the number of the next entry.
 */
final class RefusalRows {
    /** Rows at once: they pile up only while the ledger has no room. Of about 300 bytes each, some KiB at most. */
    static final int ROWS_MAX = 20_000;

    static final long MINUTE_MS = 60_000;
    static final long MINUTES_OF_DAY = 24 * 60;
    private static final byte[] NUMBER = "n".getBytes(US_ASCII);
    private static final byte[] MINUTES = "m".getBytes(US_ASCII);
    private static final byte[] OVER = "o".getBytes(US_ASCII);
    private static final byte[] DAYS = "d".getBytes(US_ASCII);

    private final Store store;

    RefusalRows(Store store) {
        this.store = store;
    }

    /** A row and where it lies. */
    record Stored(byte[] key, RefusalRow row) {
        long day() {
            return row.getFromMs() / MINUTE_MS / MINUTES_OF_DAY;
        }
    }

    /** Adds what was counted, in one commit. Gives how many refusals found no place. */
    long add(List<Counted> counted) {
        return store.write(tx -> {
            int rows = count(tx);
            long dropped = 0;
            for (Counted one : counted) {
                byte[] key = minuteKey(one);
                Optional<RefusalRow> known = get(tx, key);
                if (known.isPresent()) {
                    put(tx, key, more(known.get(), one.count(), one.fromMs(), one.toMs()));
                } else if (rows < ROWS_MAX) {
                    rows++;
                    put(tx, key, row(one, number(tx)));
                } else {
                    dropped += one.count();
                }
            }
            return dropped;
        });
    }

    private static RefusalRow row(Counted one, int number) {
        return RefusalRow.newBuilder()
                .setWho(one.same().who())
                .setLocal(one.same().local())
                .setCode(one.same().code())
                .setVolume(one.same().volume())
                .setReason(one.reason())
                .setPolicy(one.policy())
                .setCount(one.count())
                .setFromMs(one.fromMs())
                .setToMs(one.toMs())
                .setNumber(number)
                .build();
    }

    private static RefusalRow more(RefusalRow row, long count, long fromMs, long toMs) {
        return row.toBuilder()
                .setCount(row.getCount() + count)
                .setFromMs(Math.min(row.getFromMs(), fromMs))
                .setToMs(Math.max(row.getToMs(), toMs))
                .build();
    }

    private static int count(ReadTx tx) {
        int[] count = {0};
        tx.scan(Table.REFUSALS, MINUTES, (key, value) -> ++count[0] < ROWS_MAX);
        return count[0];
    }

    /** Rows of minutes before this one, oldest first. */
    List<Stored> before(long minute, int max) {
        return until(MINUTES, minute, max);
    }

    /** What is over the entries of days before this one. */
    List<Stored> over(long day, int max) {
        return until(OVER, day, max);
    }

    private List<Stored> until(byte[] kind, long end, int max) {
        return store.read(tx -> {
            List<Stored> found = new ArrayList<>();
            tx.scan(Table.REFUSALS, kind, (key, value) -> {
                if (ByteBuffer.wrap(key).getLong(kind.length) >= end) {
                    return false;
                }
                found.add(new Stored(key, parse(value)));
                return found.size() < max;
            });
            return found;
        });
    }

    /** Entries that a day has of whoever this row is about; all peers that are strangers count as one, and so do all local callers. */
    int entries(Stored stored, boolean stranger) {
        return store.read(tx -> entries(tx, dayKey(DAYS, stored.day(), holder(stored.row(), stranger))));
    }

    private static int entries(ReadTx tx, byte[] key) {
        return tx.get(Table.REFUSALS, key)
                .map(value -> ByteBuffer.wrap(value).getInt())
                .orElse(0);
    }

    /** Its entry counts: the row goes, in the commit of the entry. */
    void recorded(Tx tx, Stored stored, boolean stranger) {
        if (tx.delete(Table.REFUSALS, stored.key())) {
            byte[] key = dayKey(DAYS, stored.day(), holder(stored.row(), stranger));
            tx.put(
                    Table.REFUSALS,
                    key,
                    ByteBuffer.allocate(Integer.BYTES)
                            .putInt(entries(tx, key) + 1)
                            .array());
        }
    }

    /** Its day has no entry left but the last one, which is made when the day is over: the row goes into that. */
    void intoLast(Stored stored) {
        store.update(tx -> {
            if (!tx.delete(Table.REFUSALS, stored.key())) {
                return;
            }
            byte[] key = dayKey(OVER, stored.day(), holder(stored.row(), false));
            RefusalRow row = stored.row();
            put(
                    tx,
                    key,
                    get(tx, key)
                            .map(last -> more(last, row.getCount(), row.getFromMs(), row.getToMs()))
                            .orElse(row));
        });
    }

    void drop(Stored stored) {
        store.update(tx -> tx.delete(Table.REFUSALS, stored.key()));
    }

    /** Forgets how many entries days before this one have. */
    void forgetDays(long day) {
        List<byte[]> old = new ArrayList<>();
        store.read(tx -> {
            tx.scan(
                    Table.REFUSALS,
                    DAYS,
                    (key, value) ->
                            ByteBuffer.wrap(key).getLong(DAYS.length) < day && old.add(key) && old.size() < ROWS_MAX);
            return old;
        });
        if (!old.isEmpty()) {
            store.update(tx -> old.forEach(key -> tx.delete(Table.REFUSALS, key)));
        }
    }

    private static int number(Tx tx) {
        int number = tx.get(Table.REFUSALS, NUMBER)
                .map(value -> ByteBuffer.wrap(value).getInt())
                .orElse(0);
        tx.put(
                Table.REFUSALS,
                NUMBER,
                ByteBuffer.allocate(Integer.BYTES)
                        .putInt(Math.incrementExact(number))
                        .array());
        return number;
    }

    private static byte[] minuteKey(Counted one) {
        Counts.Same same = one.same();
        return dayKey(
                MINUTES,
                same.minute(),
                String.join("\0", same.local() ? "local" : "peer", same.who(), same.code(), same.volume()));
    }

    private static String holder(RefusalRow row, boolean stranger) {
        return (row.getLocal() ? "local" : "peer") + (stranger ? "" : "\0" + row.getWho());
    }

    private static byte[] dayKey(byte[] kind, long when, String what) {
        byte[] hash = HexFormat.of().parseHex(Sha256.hex(what.getBytes(UTF_8)));
        return ByteBuffer.allocate(kind.length + Long.BYTES + hash.length)
                .put(kind)
                .putLong(when)
                .put(hash)
                .array();
    }

    private static Optional<RefusalRow> get(ReadTx tx, byte[] key) {
        return tx.get(Table.REFUSALS, key).map(RefusalRows::parse);
    }

    private static void put(Tx tx, byte[] key, RefusalRow row) {
        tx.put(Table.REFUSALS, key, row.toByteArray());
    }

    private static RefusalRow parse(byte[] bytes) {
        try {
            return RefusalRow.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new StateException(
                    "a row of the state database cannot be read: it was written by another program", e);
        }
    }
}
