package dev.carnet.proto.hash;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Which BLAKE3 runs in this process, and why.
 *
 * @param blake3 the implementation chosen
 * @param reason one sentence for a log or for {@code doctor}; where a faster one was turned down, it says what to do
 */
public record Blake3Choice(Blake3 blake3, String reason) {

    private static final String MODULE = "jdk.incubator.vector";

    /**
     * How long the compiler may take before the vector code has to be fast. It takes 0.4 s on an idle machine, and more than 5 s where two daemons start at
     * once on two cores that have other work too: a process that gives up then hashes at a quarter of its speed for as long as it lives.
     */
    static final long CHECK_NANOS_MAX = 30_000_000_000L;

    /** Vector code that wins less than this is not what C2 makes of it when all goes well (it wins 3 to 8 times). */
    static final double GAIN_MIN = 1.5;

    private static final int PROBE_BYTES = (128 << 10) + (3 << 10) + 77;
    private static final int PROBE_OFFSET = 1;

    /** Its leaf counters do not fit into 32 bits. */
    private static final long PROBE_NUMBER = (1L << 20) + 1;

    private static final int SCALAR_WARM_UP = 8;

    /** The choice for this process; made at the first call, which takes about half a second, 30 s at the very most. */
    public static Blake3Choice made() {
        return Made.CHOICE;
    }

    /**
     * Measures how fast one thread hashes whole chunks, after the code is warm. Takes a little more than {@code nanos}.
     *
     * @param nanoTime a clock such as {@link System#nanoTime}
     * @return bytes per second
     */
    public static long speed(Blake3 blake3, LongSupplier nanoTime, long nanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(Blake3.CHUNK_BYTES, 64);
            byte[] cv = new byte[Blake3.HASH_BYTES];
            blake3.chunkCv(chunk, 0, Blake3.CHUNK_BYTES, 0, cv);
            long start = nanoTime.getAsLong();
            long bytes = 0;
            long elapsed;
            do {
                blake3.chunkCv(chunk, 0, Blake3.CHUNK_BYTES, 0, cv);
                bytes += Blake3.CHUNK_BYTES;
                elapsed = nanoTime.getAsLong() - start;
            } while (elapsed < nanos);
            return (long) (bytes * 1e9 / Math.max(1, elapsed));
        }
    }

    private static Blake3Choice make() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return scalar("the module " + MODULE + " is absent: start java with --add-modules " + MODULE);
        }
        int bits = VectorLanes.bitsPreferred();
        if (bits < VectorLanes.BITS_MIN) {
            return scalar("this machine, or this Java, has no vectors of " + VectorLanes.BITS_MIN + " bits");
        }
        return choose(() -> VectorLanes.blake3(bits), System::nanoTime);
    }

    /** Takes what {@code vector} supplies, if it is right and fast. */
    static Blake3Choice choose(Supplier<Blake3> vector, LongSupplier nanoTime) {
        try {
            return check(vector.get(), nanoTime);
        } catch (RuntimeException | LinkageError e) {
            return scalar("the vector code does not start: " + e);
        }
    }

    private static Blake3Choice check(Blake3 vector, LongSupplier nanoTime) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = pattern(arena);
            byte[] expected = new byte[Blake3.HASH_BYTES];
            for (int i = 0; i < SCALAR_WARM_UP; i++) {
                probe(Blake3.scalar(), data, expected, nanoTime);
            }
            byte[] actual = new byte[Blake3.HASH_BYTES];
            long deadline = nanoTime.getAsLong() + CHECK_NANOS_MAX;
            long scalarBest = Long.MAX_VALUE;
            long vectorBest = Long.MAX_VALUE;
            // Compared in every turn: interpreter, C1 and C2 each have to get it right.
            do {
                scalarBest = Math.min(scalarBest, probe(Blake3.scalar(), data, expected, nanoTime));
                vectorBest = Math.min(vectorBest, probe(vector, data, actual, nanoTime));
                if (!Arrays.equals(expected, actual)) {
                    return scalar(
                            vector.kind() + " computed a wrong hash: report this with the output of java -version");
                }
                if (vectorBest * GAIN_MIN <= scalarBest) {
                    return new Blake3Choice(vector, vector.kind() + " is right and fast");
                }
            } while (nanoTime.getAsLong() - deadline < 0);
            return scalar(vector.kind() + " is slow here: is the C2 compiler switched off, or the machine overloaded?");
        }
    }

    private static long probe(Blake3 blake3, MemorySegment data, byte[] cv, LongSupplier nanoTime) {
        long start = nanoTime.getAsLong();
        blake3.chunkCv(data, PROBE_OFFSET, PROBE_BYTES, PROBE_NUMBER, cv);
        return nanoTime.getAsLong() - start;
    }

    private static MemorySegment pattern(Arena arena) {
        MemorySegment data = arena.allocate(PROBE_OFFSET + PROBE_BYTES, 64);
        for (int i = 0; i < data.byteSize(); i++) {
            data.set(ValueLayout.JAVA_BYTE, i, (byte) (i % 251));
        }
        return data;
    }

    private static Blake3Choice scalar(String reason) {
        return new Blake3Choice(Blake3.scalar(), reason);
    }

    private static final class Made {
        static final Blake3Choice CHOICE = make();
    }
}
