package dev.carnet.client.verify;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.Blake3Hasher;
import dev.carnet.proto.hash.ChunkHash;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.TreeMember;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Compares the bytes of one file with its record. Its chunks may be compared by any number of threads, in any order. */
final class FileCheck {

    private final Path path;
    private final TreeMember.File member;
    private final Blake3 blake3;
    private final Differences differences;
    private final VerifyProgress progress;
    private final BadChunks bad;
    private final AtomicBoolean unreadable = new AtomicBoolean();
    private final AtomicLong open = new AtomicLong(1);
    private volatile boolean cvsHold = true;
    private @Nullable FileChannel channel;

    FileCheck(Path path, TreeMember.File member, Blake3 blake3, Differences differences, VerifyProgress progress) {
        this.path = path;
        this.member = member;
        this.blake3 = blake3;
        this.differences = differences;
        this.progress = progress;
        this.bad = new BadChunks(member.size());
    }

    /** Announces a call of {@link #chunk}. */
    void expect() {
        open.incrementAndGet();
    }

    /** Compares chunk {@code number} of a file of at least two with its recorded value. */
    void chunk(ChunkBuffer buffer, long number, Hash32 recorded) {
        try {
            int length = read(channel(), buffer, number);
            byte[] cv = new byte[Hash32.BYTES];
            blake3.chunkCv(buffer.segment(), 0, length, number, cv);
            if (!Hash32.of(cv).equals(recorded)) {
                bad.add(number);
            }
        } catch (IOException e) {
            cannotRead(e);
        } finally {
            done();
        }
    }

    /**
     * Says that every chunk is announced.
     *
     * @param hold whether the recorded values lead to the file's digest; where not, they say nothing about its bytes
     */
    void announced(boolean hold) {
        cvsHold = hold;
        done();
    }

    /** Compares a file of at most one chunk. */
    void single(ChunkBuffer buffer, @Nullable Hash32 recorded) {
        try (FileChannel only = FileChannel.open(path, Set.of(READ, NOFOLLOW_LINKS))) {
            int length = read(only, buffer, 0);
            ChunkHash actual = blake3.chunkZero(buffer.segment(), 0, length);
            if (!actual.root().equals(member.digest())) {
                bad.add(0);
                differences.add(member.path(), member.size() == 0 ? "no empty file has its digest" : bad.text());
            } else if (recorded != null && !actual.cv().equals(recorded)) {
                differences.addRecord("cvs", "the value of " + Names.show(member.path()) + " is not that of its bytes");
            }
        } catch (IOException e) {
            cannotRead(e);
        }
    }

    /** Compares the digest of the whole file, where the record names no chunks that could be believed. */
    void whole(ChunkBuffer buffer) {
        try (FileChannel all = FileChannel.open(path, Set.of(READ, NOFOLLOW_LINKS))) {
            Blake3Hasher hasher = new Blake3Hasher(blake3);
            for (long number = 0; hasher.total() < member.size(); number++) {
                hasher.update(buffer.segment(), 0, read(all, buffer, number));
            }
            Hash32 actual = hasher.digest();
            if (!actual.equals(member.digest())) {
                differences.add(
                        member.path(), "its bytes have the BLAKE3 " + actual + ", on record is " + member.digest());
            }
        } catch (IOException e) {
            cannotRead(e);
        }
    }

    private void done() {
        if (open.decrementAndGet() > 0) {
            return;
        }
        close();
        if (cvsHold && bad.any()) {
            differences.add(member.path(), bad.text());
        }
    }

    private int read(FileChannel from, ChunkBuffer buffer, long number) throws IOException {
        long offset = number * Blake3.CHUNK_BYTES;
        int length = (int) Math.min(Blake3.CHUNK_BYTES, member.size() - offset);
        int got = buffer.read(from, offset, length);
        progress.hashed(got);
        if (got < length) {
            throw new IOException("it ended at " + (offset + got) + " while it was read");
        }
        return length;
    }

    private synchronized FileChannel channel() throws IOException {
        FileChannel opened = channel;
        if (opened == null) {
            opened = FileChannel.open(path, Set.of(READ, NOFOLLOW_LINKS));
            channel = opened;
        }
        return opened;
    }

    private synchronized void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // It was only read.
        }
    }

    /** Said once per file, not once per chunk. */
    private void cannotRead(IOException e) {
        if (unreadable.compareAndSet(false, true)) {
            differences.add(member.path(), "cannot be read: " + reason(e));
        }
    }

    /** What went wrong, without the path that is named anyway. */
    static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
