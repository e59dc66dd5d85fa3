package dev.carnet.client.verify;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.proto.hash.Hash32;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The record {@code cvs}: one value per chunk, in the order of the tree's files. Once something is wrong with it, it gives none any
 * more, and {@link #fault()} says what. For one thread at a time.
 */
final class RecordedCvs implements AutoCloseable {

    private static final byte[] HEADER = "carnet-cvs v1\n\0\0".getBytes(US_ASCII);

    private @Nullable InputStream in;
    private @Nullable String fault;

    RecordedCvs(CheckpointRecords records) {
        try {
            InputStream opened = new BufferedInputStream(records.open("cvs"), 1 << 16);
            in = opened;
            if (!Arrays.equals(opened.readNBytes(HEADER.length), HEADER)) {
                fail("it does not begin as such a record does");
            }
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()));
        }
    }

    /** The value of the next chunk; null where the record gives none. */
    @Nullable
    Hash32 next() {
        InputStream from = in;
        if (from == null) {
            return null;
        }
        try {
            byte[] cv = from.readNBytes(Hash32.BYTES);
            if (cv.length == Hash32.BYTES) {
                return Hash32.of(cv);
            }
            fail("it ends before the last chunk of the tree");
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()));
        }
        return null;
    }

    /** Checks that nothing follows the last chunk. */
    void end() {
        InputStream from = in;
        try {
            if (from != null && from.read() >= 0) {
                fail("it goes on after the last chunk of the tree");
            }
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()));
        }
    }

    /** What is wrong with the record; null where nothing is. */
    @Nullable
    String fault() {
        return fault;
    }

    @Override
    public void close() {
        InputStream open = in;
        in = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            // It was only read.
        }
    }

    private void fail(String why) {
        fault = why;
        close();
    }
}
