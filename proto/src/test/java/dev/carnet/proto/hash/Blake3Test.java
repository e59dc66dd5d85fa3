package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Blake3.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bouncycastle.crypto.digests.Blake3Digest;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract of {@link Blake3}, against two oracles, for each implementation that runs here. */
class Blake3Test {

    private static final String ALL = "dev.carnet.proto.hash.Implementations#all";

    /** Around blocks, leaves, every number of lanes, and odd shapes of the tree. */
    private static final int[] LENGTHS = {
        0, 1, 3, 4, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 4095, 4096, 4097, 5120, 7168,
        8191, 8192, 8193, 12345, 16383, 16384, 16385, 17408, 31744, 32768, 33793, 65535, 65536, 65537, 102400, 131077
    };

    @ParameterizedTest
    @MethodSource(ALL)
    void agreesWithBouncyCastleOnRoots(Blake3 blake3) {
        for (int length : LENGTHS) {
            byte[] data = TestData.pattern(length);
            Blake3Digest oracle = new Blake3Digest();
            oracle.update(data, 0, length);
            byte[] expected = new byte[32];
            oracle.doFinal(expected, 0);
            assertThat(root(blake3, MemorySegment.ofArray(data), 0, length))
                    .as("%s, %s bytes", blake3.kind(), length)
                    .isEqualTo(Hash32.of(expected));
        }
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void agreesWithTheDefinitionOnCvs(Blake3 blake3) {
        for (int length : LENGTHS) {
            byte[] data = TestData.pattern(length);
            long number = length == 0 ? 0 : 3;
            assertThat(cv(blake3, MemorySegment.ofArray(data), 0, length, number))
                    .as("%s, %s bytes", blake3.kind(), length)
                    .isEqualTo(ReferenceBlake3.cv(data, number));
        }
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void countsLeavesBeyond32Bits(Blake3 blake3) {
        byte[] data = TestData.pattern(40_000);
        // Leaf 2^32 is the first of chunk 2^20. The last has the highest counter that a file can reach.
        for (long number : new long[] {(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 1L << 31, Blake3.CHUNK_NUMBER_MAX}) {
            assertThat(cv(blake3, MemorySegment.ofArray(data), 0, data.length, number))
                    .as("%s, chunk %s", blake3.kind(), number)
                    .isEqualTo(ReferenceBlake3.cv(data, number));
        }
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void readsAnyKindOfMemoryAtAnyOffset(Blake3 blake3, @TempDir Path directory) throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[250_000];
        random.nextBytes(bytes);
        Path file = Files.write(directory.resolve("data"), bytes);
        try (Arena arena = Arena.ofShared();
                FileChannel channel = FileChannel.open(file)) {
            MemorySegment heap = MemorySegment.ofArray(bytes);
            MemorySegment confined = arena.allocate(bytes.length, 64).copyFrom(heap);
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes.length, arena);
            for (int i = 0; i < 40; i++) {
                int offset = random.nextInt(150_000);
                int length = random.nextInt(1 << (1 + random.nextInt(16)));
                long number = random.nextInt(1_000_000) + 1;
                byte[] part = heap.asSlice(offset, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
                Hash32 root = ReferenceBlake3.root(part);
                for (MemorySegment data : List.of(heap, heap.asReadOnly(), confined, mapped)) {
                    String what = "%s, seed %d, offset %d, length %d, %s"
                            .formatted(blake3.kind(), seed, offset, length, data);
                    assertThat(root(blake3, data, offset, length)).as(what).isEqualTo(root);
                    if (length > 0) {
                        Hash32 cv = ReferenceBlake3.cv(part, number);
                        assertThat(cv(blake3, data, offset, length, number))
                                .as(what)
                                .isEqualTo(cv);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void agreesWithScalarOnLongPieces(Blake3 blake3) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[CHUNK_BYTES];
        random.nextBytes(bytes);
        MemorySegment data = MemorySegment.ofArray(bytes);
        for (int i = 0; i < 6; i++) {
            int length = 1 + random.nextInt(CHUNK_BYTES);
            assertThat(cv(blake3, data, 0, length, 9))
                    .as("%s, seed %s, length %s", blake3.kind(), seed, length)
                    .isEqualTo(cv(Blake3.scalar(), data, 0, length, 9));
        }
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void chunkZeroYieldsBoth(Blake3 blake3) {
        for (int length : new int[] {0, 1, 1024, 1025, 20_000, CHUNK_BYTES}) {
            MemorySegment data = MemorySegment.ofArray(TestData.pattern(length));
            assertThat(blake3.chunkZero(data, 0, length))
                    .isEqualTo(new ChunkHash(cv(blake3, data, 0, length, 0), root(blake3, data, 0, length)));
        }
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void servesManyThreadsAtOnce(Blake3 blake3) throws InterruptedException, ExecutionException {
        byte[] bytes = TestData.pattern(300_000);
        MemorySegment data = MemorySegment.ofArray(bytes);
        List<Future<Hash32>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int i = 0; i < 64; i++) {
                int length = bytes.length - 4000 * (i % 8);
                results.add(threads.submit(() -> cv(blake3, data, 0, length, 5)));
            }
        }
        for (int i = 0; i < 64; i++) {
            byte[] part = java.util.Arrays.copyOf(bytes, bytes.length - 4000 * (i % 8));
            assertThat(results.get(i).get()).isEqualTo(ReferenceBlake3.cv(part, 5));
        }
    }

    @ParameterizedTest
    @MethodSource(ALL)
    void refusesWhatIsNoChunk(Blake3 blake3) {
        MemorySegment data = MemorySegment.ofArray(new byte[CHUNK_BYTES + 1]);
        byte[] out = new byte[32];
        assertThatThrownBy(() -> blake3.chunkCv(data, 0, CHUNK_BYTES + 1, 0, out))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> blake3.chunkCv(data, 0, -1, 0, out)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> blake3.chunkCv(data, 0, 1, -1, out)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> blake3.chunkCv(data, 0, 1, Blake3.CHUNK_NUMBER_MAX + 1, out))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> blake3.chunkCv(data, 0, 0, 1, out)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> blake3.chunkCv(data, 2, CHUNK_BYTES, 0, out))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> blake3.rootOfSingleChunk(data, -1, 1, out))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> blake3.rootOfSingleChunk(data, 0, 1, new byte[31]))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static Hash32 root(Blake3 blake3, MemorySegment data, long offset, int length) {
        byte[] out = new byte[32];
        blake3.rootOfSingleChunk(data, offset, length, out);
        return Hash32.of(out);
    }

    private static Hash32 cv(Blake3 blake3, MemorySegment data, long offset, int length, long number) {
        byte[] out = new byte[32];
        blake3.chunkCv(data, offset, length, number, out);
        return Hash32.of(out);
    }
}
