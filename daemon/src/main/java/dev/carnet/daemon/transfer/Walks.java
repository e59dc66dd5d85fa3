package dev.carnet.daemon.transfer;

import dev.carnet.daemon.volume.Fingerprint;
import dev.carnet.daemon.volume.Member;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.wire.v1.Code;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Walks of a source: the first puts its members on record, the last proves that it stood still. */
final class Walks {
    private Walks() {}

    /** What a walk found. */
    record Found(int members, int files, int directories, long logicalBytes) {}

    /** Walks the tree and puts every member on record under its number, in batches. */
    static Found record(Members members, SourceTree tree) {
        Recorder recorder = new Recorder(members.recorder());
        tree.walk(recorder::add);
        recorder.rows.flush();
        return new Found(recorder.rows.count(), recorder.files, recorder.directories, recorder.logicalBytes);
    }

    private static final class Recorder {
        private final Members.Recorder rows;
        private int files;
        private int directories;
        private long logicalBytes;

        Recorder(Members.Recorder rows) {
            this.rows = rows;
        }

        void add(Member member, Fingerprint print) {
            if (member.size() > Geometry.FILE_BYTES_MAX) {
                throw new TransferException(
                        Code.LIMIT,
                        "'" + member.path() + "' has " + member.size() + " bytes; a file has at most "
                                + Geometry.FILE_BYTES_MAX);
            }
            try {
                MemberPath.check(member.path());
            } catch (IllegalArgumentException e) {
                throw new TransferException(
                        Code.BAD_SOURCE, "'" + member.path() + "' cannot travel: " + e.getMessage(), e);
            }
            rows.add(Members.row(member, print));
            if (member.type() == Member.Type.FILE) {
                files++;
                logicalBytes = Math.addExact(logicalBytes, member.size());
            } else if (member.type() == Member.Type.DIRECTORY) {
                directories++;
            }
        }
    }

    /**
     * Walks again and compares with the record.
     *
     * @throws TransferException SOURCE_CHANGED, naming the first member that differs, is new or is gone
     */
    static void unchanged(SourceTree tree, Members members, String peer) {
        unchanged(tree, members, path -> OpenFiles.changed(path, peer));
    }

    /** @param changed makes what is thrown, of the path of a member */
    static void unchanged(SourceTree tree, Members members, Function<String, TransferException> changed) {
        compare(tree, members, changed, false, false);
    }

    /**
     * The same of a checkpoint that is sealed: what lies on disk is compared with what it was when it was recorded, since its tree may say other modes and times. Of a
     * {@code part} other members than those on record may stand there.
     *
     * @throws TransferException SOURCE_CHANGED, likewise
     */
    static void stands(SourceTree tree, Members members, String peer, boolean part) {
        compare(tree, members, path -> OpenFiles.changed(path, peer), true, part);
    }

    private static void compare(
            SourceTree tree,
            Members members,
            Function<String, TransferException> changed,
            boolean printsOnly,
            boolean part) {
        PeekingIterator expected = new PeekingIterator(members.iterator());
        List<String> touched =
                new ArrayList<>(1); // a directory: what was added or removed in it says more, and comes later
        tree.walk((member, print) -> {
            Members.Numbered next = expected.peek();
            // in tree order: the smaller path is the one that the other side does not have
            boolean isNew = next == null
                    || MemberPath.ORDER.compare(member.path(), next.row().getPath()) < 0;
            if (isNew && part) {
                return;
            }
            if (next == null || !next.row().getPath().equals(member.path())) {
                throw changed.apply(
                        isNew || next == null ? member.path() : next.row().getPath());
            }
            expected.next();
            boolean same = (printsOnly || next.member().equals(member)) && Members.same(next.row(), print);
            if (!same && member.type() == Member.Type.DIRECTORY) {
                if (touched.isEmpty()) {
                    touched.add(member.path());
                }
            } else if (!same) {
                throw changed.apply(member.path());
            }
        });
        if (expected.hasNext()) {
            throw changed.apply(expected.next().row().getPath());
        }
        if (!touched.isEmpty()) {
            throw changed.apply(touched.getFirst());
        }
    }

    /** Lets the next one be looked at. */
    private static final class PeekingIterator {
        private final Iterator<Members.Numbered> all;
        private Members.@Nullable Numbered head;

        PeekingIterator(Iterator<Members.Numbered> all) {
            this.all = all;
        }

        Members.@Nullable Numbered peek() {
            if (head == null && all.hasNext()) {
                head = all.next();
            }
            return head;
        }

        boolean hasNext() {
            return peek() != null;
        }

        Members.Numbered next() {
            Members.Numbered now = Objects.requireNonNull(peek());
            head = null;
            return now;
        }
    }
}
