package dev.carnet.daemon.transfer;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.ChunkHash;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;

/** Hashes, and counts the bytes: a room that has it hashes nothing unseen. */
final class CountingBlake3 implements Blake3 {
    private final Blake3 real = Blake3.scalar();
    private final AtomicLong bytes = new AtomicLong();

    /** Since the last call. */
    long hashed() {
        return bytes.getAndSet(0);
    }

    @Override
    public String kind() {
        return real.kind();
    }

    @Override
    public void chunkCv(MemorySegment data, long offset, int length, long chunkNumber, byte[] cvOut32) {
        bytes.addAndGet(length);
        real.chunkCv(data, offset, length, chunkNumber, cvOut32);
    }

    @Override
    public void rootOfSingleChunk(MemorySegment data, long offset, int length, byte[] out32) {
        bytes.addAndGet(length);
        real.rootOfSingleChunk(data, offset, length, out32);
    }

    @Override
    public ChunkHash chunkZero(MemorySegment data, long offset, int length) {
        bytes.addAndGet(length);
        return real.chunkZero(data, offset, length);
    }
}
