package dev.carnet.client.verify;

import dev.carnet.proto.hash.Blake3;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Room for one chunk, outside of the heap. For one thread at a time. */
final class ChunkBuffer {

    private final MemorySegment segment = Arena.ofAuto().allocate(Blake3.CHUNK_BYTES, 64);
    private final ByteBuffer bytes = segment.asByteBuffer();

    /** What was read last. */
    MemorySegment segment() {
        return segment;
    }

    /** Reads a piece of a file; fewer bytes than asked for only where the file ends. */
    int read(FileChannel from, long offset, int length) throws IOException {
        bytes.clear().limit(length);
        while (bytes.hasRemaining() && from.read(bytes, offset + bytes.position()) >= 0) {
            // until full, or the end
        }
        return bytes.position();
    }
}
