package dev.carnet.daemon.transport;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Bytes of a client until they are requests. Holds no more than one unfinished request and what the record that ended it has beyond. On one event loop. */
final class HttpIntake {
    /** Request line and headers. */
    static final int HEAD_BYTES_MAX = 8 << 10;

    private static final int BYTES_FIRST = 1 << 10;
    private static final int END_BYTES = 4; // CR LF CR LF

    private byte[] bytes = new byte[BYTES_FIRST];
    private int count;
    private int scanned;

    void add(byte[] from, int offset, int length) {
        if (length > bytes.length - count) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, count + length));
        }
        System.arraycopy(from, offset, bytes, count, length);
        count += length;
    }

    /** Whether a request has begun. */
    boolean begun() {
        return count > 0;
    }

    /**
     * The next head, where it is whole.
     *
     * @throws HttpFault where what is there cannot become one
     */
    Optional<HttpHead> head() {
        for (; scanned < count; scanned++) {
            if (scanned == HEAD_BYTES_MAX) {
                throw tooLong();
            }
            check(bytes[scanned], scanned == 0 ? 0 : bytes[scanned - 1]);
            if (ends(scanned)) {
                String text = new String(bytes, 0, scanned + 1 - END_BYTES, StandardCharsets.US_ASCII);
                take(scanned + 1);
                return Optional.of(HttpHead.parse(text));
            }
        }
        return Optional.empty();
    }

    private static void check(byte now, byte before) {
        if ((now == '\n') != (before == '\r')) {
            throw new HttpFault(400, "lines end in CR LF here");
        }
        if ((now < ' ' && now != '\t' && now != '\r' && now != '\n') || now == 0x7f) {
            throw new HttpFault(400, "a request's head is ASCII without control characters");
        }
    }

    private boolean ends(int at) {
        return bytes[at] == '\n' && at + 1 >= END_BYTES && bytes[at - 2] == '\n';
    }

    private HttpFault tooLong() {
        for (int i = 0; i < scanned; i++) {
            if (bytes[i] == '\n') {
                return new HttpFault(431, "a request's head has at most " + HEAD_BYTES_MAX + " bytes here");
            }
        }
        return new HttpFault(
                414, "a request's head, its first line included, has at most " + HEAD_BYTES_MAX + " bytes");
    }

    private void take(int length) {
        byte[] rest = Arrays.copyOfRange(bytes, length, count);
        count = rest.length;
        scanned = 0;
        bytes = Arrays.copyOf(rest, Math.max(BYTES_FIRST, rest.length));
    }
}
