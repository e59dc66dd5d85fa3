package dev.carnet.daemon.transfer;

import dev.carnet.daemon.state.ReadTx;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.state.Tx;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.Fingerprint;
import dev.carnet.daemon.volume.Member;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** The members of one transfer, by number, in tree order. Nothing here holds all of them at once. */
final class Members implements Iterable<Members.Numbered> {
    /** Rows that a walk takes out of the database at once: no snapshot is held while the caller works. */
    private static final int PAGE = 1_000;

    /** Rows of one commit. */
    private static final int BATCH = 2_000;

    private final Store store;
    private final Key key;

    Members(Store store, Key key) {
        this.store = store;
        this.key = key;
    }

    /** A member and its number. */
    record Numbered(int number, MemberRow row) {
        Member member() {
            return Members.member(row);
        }

        boolean file() {
            return !row.getDirectory();
        }
    }

    static Member member(MemberRow row) {
        return new Member(
                row.getPath(),
                row.getDirectory() ? Member.Type.DIRECTORY : Member.Type.FILE,
                row.getMode(),
                row.getSize(),
                row.getMtimeSeconds(),
                row.getMtimeNanos());
    }

    static MemberRow row(Member member) {
        return MemberRow.newBuilder()
                .setDirectory(member.type() == Member.Type.DIRECTORY)
                .setPath(member.path())
                .setMode(member.mode())
                .setSize(member.size())
                .setMtimeSeconds(member.mtimeSeconds())
                .setMtimeNanos(member.mtimeNanos())
                .build();
    }

    static MemberRow row(Member member, Fingerprint print) {
        return row(member).toBuilder()
                .setDevice(print.device())
                .setInode(print.inode())
                .setCtimeSeconds(print.ctimeSeconds())
                .setCtimeNanos(print.ctimeNanos())
                .build();
    }

    /**
     * Whether a file is the one that was walked. The device number is left out: it holds within one boot only, and inode, size and both times to the
     * nanosecond do not repeat by accident.
     */
    static boolean same(MemberRow row, Fingerprint now) {
        return row.getInode() == now.inode()
                && (row.getDirectory() || row.getSize() == now.size())
                && (row.hasPrintMtimeSeconds() ? row.getPrintMtimeSeconds() : row.getMtimeSeconds())
                        == now.mtimeSeconds()
                && (row.hasPrintMtimeSeconds() ? row.getPrintMtimeNanos() : row.getMtimeNanos()) == now.mtimeNanos()
                && row.getCtimeSeconds() == now.ctimeSeconds()
                && row.getCtimeNanos() == now.ctimeNanos();
    }

    void put(Tx tx, int number, MemberRow row) {
        tx.put(Table.MEMBERS, key.member(number), row.toByteArray());
    }

    MemberRow get(int number) {
        return store.read(tx -> get(tx, number));
    }

    MemberRow get(ReadTx tx, int number) {
        return tx.get(Table.MEMBERS, key.member(number))
                .map(bytes -> Rows.parse(MemberRow.parser(), bytes))
                .orElseThrow(
                        () -> new IllegalStateException("member " + number + " of " + key.id() + " is not on record"));
    }

    /** Members {@code first} and after, at most {@code max}. */
    List<Numbered> page(int first, int max) {
        List<Numbered> page = new ArrayList<>();
        store.read(tx -> {
            tx.scan(Table.MEMBERS, key.bytes(), key.member(first), (k, v) -> {
                page.add(new Numbered(Key.memberOf(k), Rows.parse(MemberRow.parser(), v)));
                return page.size() < max;
            });
            return page;
        });
        return page;
    }

    /** Puts members on record in batches, numbered from 0. */
    Recorder recorder() {
        return new Recorder();
    }

    /** The last batch is put by {@link #flush}. */
    final class Recorder {
        private final List<MemberRow> batch = new ArrayList<>();
        private int count;

        void add(MemberRow row) {
            batch.add(row);
            count++;
            if (batch.size() == BATCH) {
                flush();
            }
        }

        void flush() {
            int first = count - batch.size();
            store.update(tx -> {
                for (int i = 0; i < batch.size(); i++) {
                    put(tx, first + i, batch.get(i));
                }
            });
            batch.clear();
        }

        int count() {
            return count;
        }
    }

    /** All members in the order of their numbers. */
    @Override
    public Iterator<Numbered> iterator() {
        return new Iterator<>() {
            private Iterator<Numbered> page = page(0, PAGE).iterator();
            private int next;

            @Override
            public boolean hasNext() {
                if (!page.hasNext() && next > 0 && next % PAGE == 0) {
                    page = page(next, PAGE).iterator();
                }
                return page.hasNext();
            }

            @Override
            public Numbered next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                next++;
                return page.next();
            }
        };
    }

    /** Sizes in passing: asked for in the order of members, each is read once. */
    Sizes sizes() {
        return new Sizes();
    }

    /** Remembers the member that was asked for last. */
    final class Sizes {
        private int member = -1;
        private long size;

        long of(int wanted) {
            if (wanted != member) {
                size = get(wanted).getSize();
                member = wanted;
            }
            return size;
        }
    }

    /** The same, as the volume room takes them. */
    Iterable<Member> asMembers() {
        return () -> {
            Iterator<Numbered> all = iterator();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return all.hasNext();
                }

                @Override
                public Member next() {
                    return all.next().member();
                }
            };
        };
    }
}
