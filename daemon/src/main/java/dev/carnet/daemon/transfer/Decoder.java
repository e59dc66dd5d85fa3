package dev.carnet.daemon.transfer;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Turns frames into logical bytes. Each worker thread keeps one output buffer of one chunk: what a frame claims can never allocate more. */
final class Decoder {
    private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

    private static final class Scratch {
        final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
        final ByteBuffer buffer = ByteBuffer.allocateDirect(ChunkHeader.CHUNK_BYTES);
        final MemorySegment segment = MemorySegment.ofBuffer(buffer);
    }

    /**
     * The logical bytes, {@code header.length()} of them from the start of the segment; valid until this thread decodes again or the chunk is released.
     *
     * @throws TransferException CHUNK_MISMATCH where they are more, fewer, or no zstd frame
     */
    MemorySegment decode(ChunkHeader header, PooledChunk chunk, String path) {
        if (header.codec() == ChunkHeader.CODEC_RAW) {
            return chunk.segment();
        }
        Scratch mine = scratch.get();
        ByteBuffer frame = chunk.buffer(0, header.wireLength());
        if (Zstd.findDirectByteBufferFrameCompressedSize(frame, 0, header.wireLength()) != header.wireLength()) {
            throw mismatch(header, path, "it is not one zstd frame", null);
        }
        int size;
        try {
            size = mine.zstd.decompressDirectByteBuffer(mine.buffer, 0, header.length(), frame, 0, header.wireLength());
        } catch (ZstdException e) {
            throw mismatch(header, path, String.valueOf(e.getMessage()), e);
        }
        if (size != header.length()) {
            throw mismatch(header, path, "it gives " + size + " bytes", null);
        }
        return mine.segment;
    }

    private static TransferException mismatch(
            ChunkHeader header, String path, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        String sentence = "chunk " + header.chunk() + " of '" + path + "' does not decompress into " + header.length()
                + " bytes: " + why;
        return cause == null
                ? new TransferException(Code.CHUNK_MISMATCH, sentence)
                : new TransferException(Code.CHUNK_MISMATCH, sentence, cause);
    }
}
