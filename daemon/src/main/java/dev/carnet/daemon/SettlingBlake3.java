package dev.carnet.daemon;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.Blake3Choice;
import dev.carnet.proto.hash.ChunkHash;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plain Java code until it is known whether the vector code is right and fast, which takes the compiler half a second of one core, and several seconds
 * on a busy machine. Nobody waits for that: a daemon starts at once, and a chunk that comes too early is hashed more slowly.
 */
final class SettlingBlake3 implements Blake3 {
    private static final Logger log = LoggerFactory.getLogger(SettlingBlake3.class);

    /** Set for daemons that tests start to kill them: what is measured at each start takes a second of one core. */
    private static final String UNMEASURED = "carnet.unmeasured";

    private volatile Blake3 now = Blake3.scalar();

    /** Chooses on a thread of its own. */
    static SettlingBlake3 start(Supplier<Blake3Choice> choosing) {
        SettlingBlake3 hash = new SettlingBlake3();
        if (Boolean.getBoolean(UNMEASURED)) {
            return hash;
        }
        Thread.ofPlatform().daemon().name("hash-choice").start(() -> hash.settle(choosing));
        return hash;
    }

    private void settle(Supplier<Blake3Choice> choosing) {
        Blake3Choice choice = choosing.get();
        now = choice.blake3();
        log.info("BLAKE3: {}", choice.reason());
    }

    @Override
    public String kind() {
        return now.kind();
    }

    @Override
    public void chunkCv(MemorySegment data, long offset, int length, long chunkNumber, byte[] cvOut32) {
        now.chunkCv(data, offset, length, chunkNumber, cvOut32);
    }

    @Override
    public void rootOfSingleChunk(MemorySegment data, long offset, int length, byte[] out32) {
        now.rootOfSingleChunk(data, offset, length, out32);
    }

    @Override
    public ChunkHash chunkZero(MemorySegment data, long offset, int length) {
        return now.chunkZero(data, offset, length);
    }
}
