package dev.carnet.client.demo;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import dev.carnet.client.verify.CheckpointRecords;
import dev.carnet.client.verify.Names;
import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Compares what was published with the source, byte by byte: the simplest thing that can be said, and no digest in it. */
final class ByteComparison {

    private static final int PIECE_BYTES = 1 << 20;

    private final ByteBuffer one = ByteBuffer.allocateDirect(PIECE_BYTES);
    private final ByteBuffer other = ByteBuffer.allocateDirect(PIECE_BYTES);
    private final AtomicLong compared = new AtomicLong();

    /** How many bytes were compared so far. Any thread may ask. */
    long compared() {
        return compared.get();
    }

    /**
     * Compares each file of the recorded tree.
     *
     * @return how many files
     * @throws DemoException naming the first file and byte that differ
     */
    long compare(Path source, CheckpointRecords records) throws DemoException, IOException {
        long files = 0;
        try (InputStream in = records.open("tree")) {
            TreeReader tree = new TreeReader(in);
            for (Optional<TreeMember> next = tree.next(); next.isPresent(); next = tree.next()) {
                if (next.get() instanceof TreeMember.File file) {
                    long at = mismatch(at(source, file.path()), at(records.published(), file.path()));
                    if (at >= 0) {
                        throw new DemoException(
                                DemoException.Kind.DOES_NOT_VERIFY,
                                Names.show(file.path()) + " differs from the source at byte " + at);
                    }
                    files++;
                }
            }
        }
        return files;
    }

    /** Where two files differ first; -1 where they do not. */
    long mismatch(Path first, Path second) throws IOException {
        try (FileChannel a = FileChannel.open(first, Set.of(READ, NOFOLLOW_LINKS));
                FileChannel b = FileChannel.open(second, Set.of(READ, NOFOLLOW_LINKS))) {
            long at = 0;
            while (true) {
                fill(a, one);
                fill(b, other);
                int differs = one.mismatch(other);
                if (differs >= 0) {
                    return at + differs;
                }
                if (!one.hasRemaining()) {
                    return -1;
                }
                at += one.remaining();
                compared.addAndGet(one.remaining());
            }
        }
    }

    private static void fill(FileChannel from, ByteBuffer buffer) throws IOException {
        buffer.clear();
        while (buffer.hasRemaining() && from.read(buffer) >= 0) {
            // until full, or the end
        }
        buffer.flip();
    }

    private static Path at(Path root, String path) {
        return path.equals(MemberPath.ROOT) ? root : root.resolve(path);
    }
}
