package dev.carnet.daemon.transfer;

import static dev.carnet.daemon.fuzz.Target.hold;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/** A compressed chunk: the first three bytes are the logical length that its header claims, the rest is the frame. */
public final class DecoderFuzz {
    private static final Decoder DECODER = new Decoder();
    private static final PooledChunk CHUNK =
            new FakePool(1).acquire(Duration.ZERO).orElseThrow();
    private static final byte CANARY = 0x5a;
    private static final int BEHIND = 256;

    private DecoderFuzz() {}

    /** What is taken is what another zstd reader gives, of just the length that was claimed, and nothing behind it is touched. */
    public static void decode(byte[] input) throws IOException {
        if (input.length < 4 || input.length > ChunkHeader.CHUNK_BYTES) {
            return;
        }
        int length = (ByteBuffer.wrap(input).getInt() >>> 8) & 0x3fffff;
        byte[] frame = Arrays.copyOfRange(input, 3, input.length);
        if (length <= frame.length) {
            return; // such a header is refused before (SPEC section 6.3)
        }
        CHUNK.buffer(0, frame.length).put(frame);
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
        MemorySegment output = canaries(length);
        boolean taken = true;
        try {
            output = DECODER.decode(header, CHUNK, "weights");
        } catch (TransferException e) {
            hold(e.code() == Code.CHUNK_MISMATCH, "refused with " + e.code());
            taken = false;
        }
        int behind = Math.min(BEHIND, ChunkHeader.CHUNK_BYTES - length);
        for (int i = 0; i < behind; i++) {
            hold(output.get(ValueLayout.JAVA_BYTE, length + i) == CANARY, "written behind the length");
        }
        if (taken) {
            byte[] given = output.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            byte[] expected = streamed(frame, length);
            hold(
                    expected.length == 0 || Arrays.equals(given, expected),
                    "decompressed into other bytes than zstd's stream");
        }
    }

    /** As zstd's streaming reader has it; nothing where it will not: it refuses a run-length block beyond the largest block, which the one-shot reader takes. */
    private static byte[] streamed(byte[] frame, int length) throws IOException {
        try (var zstd = new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(frame))) {
            return zstd.readNBytes(length + 1);
        } catch (ZstdIOException e) {
            return new byte[0];
        }
    }

    /** The worker's own output buffer, with canaries behind the length: found by decoding something that is known. */
    private static MemorySegment canaries(int length) {
        MemorySegment output = Output.SEGMENT;
        int behind = Math.min(BEHIND, ChunkHeader.CHUNK_BYTES - length);
        output.asSlice(length, behind).fill(CANARY);
        return output;
    }

    private static final class Output {
        static final MemorySegment SEGMENT = find();

        static MemorySegment find() {
            PooledChunk own = new FakePool(1).acquire(Duration.ZERO).orElseThrow();
            byte[] frame = com.github.luben.zstd.Zstd.compress(new byte[1000]);
            own.buffer(0, frame.length).put(frame);
            ChunkHeader header = new ChunkHeader(
                    ChunkHeader.KIND_DATA,
                    ChunkHeader.CODEC_ZSTD,
                    1,
                    new byte[16],
                    1,
                    0,
                    1000,
                    frame.length,
                    new byte[32]);
            return DECODER.decode(header, own, "weights");
        }
    }
}
