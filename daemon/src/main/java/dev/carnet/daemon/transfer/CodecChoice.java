package dev.carnet.daemon.transfer;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;

/**
 * Says per chunk whether to compress, by two measured times: what compressing it costs here, and what the bytes that it saves would cost on the line. The
 * ratio and the cost are those of a sample of this very chunk: zeros are cheap, weights are not. Safe for many threads: figures are averages, and an update that is lost to a race is no harm.
 */
final class CodecChoice {
    /** Of the middle of a chunk: its ends are headers and padding more often than weights. */
    private static final int SAMPLE_BYTES = 128 << 10;

    /** What shrinks by less is not worth a decompression at the other end. */
    private static final double RATIO_MAX = 0.95;

    static final int LEVEL = 1;
    private static final double WEIGHT = 0.2;

    private volatile double lineNanosPerByte;

    /** {@code sampleOut} is scratch of at least {@link #sampleBound()} bytes. */
    boolean compress(ByteBuffer chunk, ByteBuffer sampleOut) {
        int sample = Math.min(SAMPLE_BYTES, chunk.remaining());
        int from = chunk.position() + (chunk.remaining() - sample) / 2;
        long start = System.nanoTime();
        long size = Zstd.compressDirectByteBuffer(sampleOut, 0, sampleOut.capacity(), chunk, from, sample, LEVEL);
        double codec = (System.nanoTime() - start) / (double) sample;
        if (Zstd.isError(size)) {
            return false;
        }
        double ratio = size / (double) sample;
        if (ratio > RATIO_MAX) {
            return false;
        }
        double line = lineNanosPerByte;
        return line == 0 || line * (1 - ratio) > codec;
    }

    static int sampleBound() {
        return (int) Zstd.compressBound(SAMPLE_BYTES);
    }

    /** A frame of so many bytes took so long from the turn it waited for to the kernel. */
    void sent(long wireBytes, long nanos) {
        lineNanosPerByte = average(lineNanosPerByte, nanos / (double) wireBytes);
    }

    private static double average(double before, double now) {
        return before == 0 ? now : before + WEIGHT * (now - before);
    }
}
