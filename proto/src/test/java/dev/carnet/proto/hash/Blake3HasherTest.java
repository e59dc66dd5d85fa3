package dev.carnet.proto.hash;

import static dev.carnet.proto.hash.Blake3.CHUNK_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Blake3HasherTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1024, 70_000, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 12_345})
    void doesNotDependOnThePieces(int length) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] data = TestData.pattern(length);
        Blake3Hasher whole = new Blake3Hasher(Blake3.scalar()).update(data);
        Blake3Hasher pieces = new Blake3Hasher(Blake3.scalar());
        for (int at = 0; at < length; ) {
            int piece = Math.min(length - at, 1 + random.nextInt(1 << (1 + random.nextInt(24))));
            pieces.update(data, at, piece);
            at += piece;
        }
        Hash32 expected = ReferenceBlake3.root(data);
        assertThat(whole.digest()).isEqualTo(expected);
        assertThat(pieces.digest()).as("seed %s", seed).isEqualTo(expected);
        assertThat(pieces.total()).isEqualTo(length);
    }

    @Test
    void goesOnAfterADigest() {
        byte[] data = TestData.pattern(2 * CHUNK_BYTES + 10);
        Blake3Hasher hasher = new Blake3Hasher(Blake3.scalar());
        int at = 0;
        for (int end : new int[] {0, 5, CHUNK_BYTES, CHUNK_BYTES + 9, 2 * CHUNK_BYTES, data.length}) {
            hasher.update(data, at, end - at);
            at = end;
            assertThat(hasher.digest())
                    .as("after %s bytes", end)
                    .isEqualTo(ReferenceBlake3.root(Arrays.copyOf(data, end)));
            assertThat(hasher.digest()).isEqualTo(hasher.digest());
        }
    }

    @Test
    void refusesBytesThatAreNotThere() {
        Blake3Hasher hasher = new Blake3Hasher(Blake3.scalar());
        assertThatThrownBy(() -> hasher.update(new byte[3], 1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> hasher.update(MemorySegment.ofArray(new byte[3]), -1, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(hasher.total()).isZero();
    }
}
