package dev.carnet.perf;

import dev.carnet.proto.hash.Blake3;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One thread hashes whole chunks out of native memory, as the data path does. An operation is a byte, so that "ops/us"
 * reads MB/s. SHA-256 is the platform's, over the same bytes on the heap, where it is quickest.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(Blake3.CHUNK_BYTES)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Blake3Benchmark {

    private final byte[] out = new byte[Blake3.HASH_BYTES];
    private final byte[] onHeap = new byte[Blake3.CHUNK_BYTES];
    private final MemorySegment chunk = Arena.ofAuto().allocate(Blake3.CHUNK_BYTES, 64);
    private final MemorySegment heapChunk = MemorySegment.ofArray(onHeap);
    private final Blake3 best = Blake3.best();
    private final Blake3 scalar = Blake3.scalar();
    private final MessageDigest sha256;

    public Blake3Benchmark() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Setup
    public void fill() {
        new Random(1).nextBytes(onHeap);
        chunk.copyFrom(heapChunk);
    }

    @Benchmark
    public byte[] best() {
        best.chunkCv(chunk, 0, Blake3.CHUNK_BYTES, 7, out);
        return out;
    }

    @Benchmark
    public byte[] bestFromHeap() {
        best.chunkCv(heapChunk, 0, Blake3.CHUNK_BYTES, 7, out);
        return out;
    }

    @Benchmark
    public byte[] scalar() {
        scalar.chunkCv(chunk, 0, Blake3.CHUNK_BYTES, 7, out);
        return out;
    }

    @Benchmark
    public byte[] sha256() {
        return sha256.digest(onHeap);
    }
}
