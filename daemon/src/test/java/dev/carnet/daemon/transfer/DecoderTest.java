package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecoderTest {
    private final PooledChunk chunk = new FakePool(1).acquire(Duration.ZERO).orElseThrow();
    private final Decoder decoder = new Decoder();

    private MemorySegment decode(byte[] frame, int length) {
        chunk.buffer(0, ChunkHeader.CHUNK_BYTES).put(frame);
        ChunkHeader header = new ChunkHeader(
                ChunkHeader.KIND_DATA,
                ChunkHeader.CODEC_ZSTD,
                1,
                new byte[16],
                1,
                0,
                length,
                frame.length,
                new byte[32]);
        return decoder.decode(header, chunk, "weights");
    }

    private void refused(byte[] frame, int length) {
        assertThatThrownBy(() -> decode(frame, length)).isInstanceOfSatisfying(TransferException.class, e -> {
            assertThat(e.code()).isEqualTo(Code.CHUNK_MISMATCH);
            assertThat(e).hasMessageContaining("weights");
        });
    }

    @Test
    void gives_back_what_was_compressed() {
        byte[] bytes = new byte[100_000];
        Arrays.fill(bytes, (byte) 7);
        MemorySegment out = decode(Zstd.compress(bytes), bytes.length);
        assertThat(out.asSlice(0, bytes.length).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
    }

    @Test
    void a_bomb_gives_no_more_than_a_chunk_and_is_refused() {
        byte[] bomb = Zstd.compress(new byte[64 << 20]);
        refused(bomb, ChunkHeader.CHUNK_BYTES);
        refused(bomb, bomb.length + 1);
    }

    @Test
    void fewer_bytes_than_said_are_refused() {
        refused(Zstd.compress(new byte[1_000]), 1_001);
    }

    @Test
    void more_than_one_frame_is_refused() {
        byte[] frame = Zstd.compress(new byte[1_000]);
        byte[] two = Arrays.copyOf(frame, 2 * frame.length);
        System.arraycopy(frame, 0, two, frame.length, frame.length);
        refused(two, 2_000);
        refused(Arrays.copyOf(frame, frame.length + 1), 1_000);
    }

    @Test
    void garbage_and_what_is_cut_short_are_refused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[50_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(4));
        }
        byte[] frame = Zstd.compress(bytes);
        for (int turn = 0; turn < 200; turn++) {
            byte[] broken = Arrays.copyOf(frame, 1 + random.nextInt(frame.length - 1));
            refused(broken, bytes.length);
            byte[] noise = new byte[1 + random.nextInt(1_000)];
            random.nextBytes(noise);
            refused(noise, bytes.length);
        }
    }
}
