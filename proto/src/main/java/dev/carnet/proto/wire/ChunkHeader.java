package dev.carnet.proto.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Header of a chunk frame (SPEC "Chunk frames"), {@value #BYTES} bytes, big-endian, followed by {@code wireLength} bytes.
 *
 * <pre>
 *  0  u8   kind          1 data; 2 ref, 3 zero, 4 xor reserved
 *  1  u8   codec         0 raw, 1 zstd; 2 planes reserved
 *  2  u16  flags         0
 *  4  u32  attempt       of the transfer, from 1
 *  8  16   transfer id
 * 24  u32  file          member number
 * 28  u32  chunk         number within the file, from 0
 * 32  u32  length        logical bytes, 1..4,194,304
 * 36  u32  wire length   bytes that follow, 1..length; raw: equal to length, zstd: less
 * 40  32   CV            non-root BLAKE3 chaining value of the logical bytes
 * 72
 * </pre>
 */
public record ChunkHeader(
        byte kind,
        byte codec,
        int attempt,
        byte[] transferId,
        int file,
        int chunk,
        int length,
        int wireLength,
        byte[] cv) {
    public static final int BYTES = 72;
    /** The unit of transfer, verification and resume. */
    public static final int CHUNK_BYTES = 4 << 20;

    public static final byte KIND_DATA = 1;
    public static final byte CODEC_RAW = 0;
    public static final byte CODEC_ZSTD = 1;

    public static final int TRANSFER_ID_BYTES = 16;
    public static final int CV_BYTES = 32;

    /** Appends the header; needs {@value #BYTES} bytes of room. */
    public void write(ByteBuffer out) {
        ByteBuffer b = out.order(ByteOrder.BIG_ENDIAN);
        b.put(kind).put(codec).putShort((short) 0).putInt(attempt).put(transferId);
        b.putInt(file).putInt(chunk).putInt(length).putInt(wireLength).put(cv);
    }

    /**
     * Takes {@value #BYTES} bytes from {@code in}.
     *
     * @throws ProtocolException where a kind or codec is not of this version, or a number is beyond its limit; nothing has been allocated on the peer's word then
     */
    public static ChunkHeader read(ByteBuffer in) {
        ByteBuffer b = in.order(ByteOrder.BIG_ENDIAN);
        byte kind = b.get();
        byte codec = b.get();
        int flags = b.getShort();
        int attempt = b.getInt();
        byte[] transferId = new byte[TRANSFER_ID_BYTES];
        b.get(transferId);
        int file = b.getInt();
        int chunk = b.getInt();
        int length = b.getInt();
        int wireLength = b.getInt();
        byte[] cv = new byte[CV_BYTES];
        b.get(cv);
        check(kind == KIND_DATA, "chunk frame of kind %d; this version takes data (1) only", kind);
        check(
                codec == CODEC_RAW || codec == CODEC_ZSTD,
                "chunk frame with codec %d; this version takes raw (0) and zstd (1)",
                codec);
        check(flags == 0, "chunk frame with flags 0x%04x; they must be 0", flags);
        check(attempt > 0, "chunk frame with attempt %d", attempt);
        check(file >= 0, "chunk frame for file %s", Integer.toUnsignedString(file));
        check(chunk >= 0, "chunk frame for chunk %s", Integer.toUnsignedString(chunk));
        check(
                length > 0 && length <= CHUNK_BYTES,
                "chunk frame of %s logical bytes; the limit is 4194304",
                Integer.toUnsignedString(length));
        check(
                codec == CODEC_RAW ? wireLength == length : wireLength > 0 && wireLength < length,
                "chunk frame with wire length %s for %s logical bytes",
                Integer.toUnsignedString(wireLength),
                length);
        return new ChunkHeader(kind, codec, attempt, transferId, file, chunk, length, wireLength, cv);
    }

    private static void check(boolean ok, String format, Object... args) {
        if (!ok) {
            throw new ProtocolException(String.format(java.util.Locale.ROOT, format, args));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChunkHeader h
                && kind == h.kind
                && codec == h.codec
                && attempt == h.attempt
                && file == h.file
                && chunk == h.chunk
                && length == h.length
                && wireLength == h.wireLength
                && Arrays.equals(transferId, h.transferId)
                && Arrays.equals(cv, h.cv);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * file + chunk) + Arrays.hashCode(cv);
    }
}
