package dev.carnet.client;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An HTTP/1.1 response (RFC 9112), read whole. Content-Length and chunked bodies are taken; one that only ends with the connection is not, since nobody could
 * tell a whole one from a torn one.
 */
record HttpReply(int status, String contentType, byte[] body) {
    /** Status line and headers, of an interim response too; and the same for trailers. */
    static final int HEAD_BYTES_MAX = 16 * 1024;

    /** A list of 1,000 transfers with long names and sentences stays below it. */
    static final int BODY_BYTES_MAX = 16 * 1024 * 1024;

    private static final int INTERIM_MAX = 4;
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;

    /**
     * @param in given at its own pace; throws where it takes too long
     * @throws ProtocolException where it is no response, or beyond a bound
     * @throws EOFException where it ends too early
     */
    static HttpReply read(InputStream in) throws IOException {
        var begin = begin(in);
        return new HttpReply(
                begin.status(),
                begin.headers().getOrDefault("content-type", ""),
                body(in, begin.status(), begin.headers()));
    }

    /** What stands before the body. */
    private record Begin(int status, Map<String, String> headers) {}

    private static Begin begin(InputStream in) throws IOException {
        for (int interim = 0; interim <= INTERIM_MAX; interim++) {
            var head = new Head(in);
            int status = status(head.line());
            var headers = headers(head);
            if (status >= 200) {
                return new Begin(status, headers);
            }
        }
        throw new ProtocolException("too many interim responses");
    }

    /**
     * A response whose body may have any length.
     *
     * @param reply where the status is not 200: that is an answer of the usual kind
     * @param body where it is 200: read as it comes; ends with an exception where it is torn
     */
    record Streamed(Optional<HttpReply> reply, InputStream body) {}

    /** As {@link #read}, but for a body of status 200, which has to have a Content-Length. */
    static Streamed stream(InputStream in) throws IOException {
        var begin = begin(in);
        var length = begin.headers().get("content-length");
        if (begin.status() != OK || length == null || begin.headers().containsKey("transfer-encoding")) {
            byte[] body = body(in, begin.status(), begin.headers());
            var reply = new HttpReply(begin.status(), begin.headers().getOrDefault("content-type", ""), body);
            return begin.status() == OK
                    ? new Streamed(Optional.empty(), new ByteArrayInputStream(body))
                    : new Streamed(Optional.of(reply), InputStream.nullInputStream());
        }
        return new Streamed(Optional.empty(), new ExactStream(in, number(length, 10, Long.MAX_VALUE)));
    }

    /** So many bytes, and no fewer. */
    private static final class ExactStream extends InputStream {
        private final InputStream in;
        private long left;

        ExactStream(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(into, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("the response ends " + left + " bytes too early");
            }
            left -= count;
            return count;
        }
    }

    private static int status(String line) throws ProtocolException {
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9]{2}( .*)?")) {
            throw new ProtocolException("what answers does not speak HTTP/1.1");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static Map<String, String> headers(Head head) throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = head.line(); !line.isEmpty(); line = head.line()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                throw new ProtocolException("a malformed header");
            }
            var name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            var value = line.substring(colon + 1).strip();
            if (headers.put(name, value) != null
                    && (name.equals("content-length") || name.equals("transfer-encoding"))) {
                throw new ProtocolException("the header " + name + " stands twice");
            }
        }
        return headers;
    }

    private static byte[] body(InputStream in, int status, Map<String, String> headers) throws IOException {
        var length = headers.get("content-length");
        var encoding = headers.get("transfer-encoding");
        if (encoding != null) {
            if (length != null || !encoding.equalsIgnoreCase("chunked")) {
                throw new ProtocolException("an unknown transfer encoding, or a length beside it");
            }
            return chunks(in);
        }
        if (length != null) {
            return exactly(in, (int) number(length, 10, BODY_BYTES_MAX));
        }
        if (status == NO_CONTENT) {
            return new byte[0];
        }
        throw new ProtocolException("a response without a length");
    }

    private static byte[] chunks(InputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            String line = new Head(in).line();
            int size = (int) number(line.split(";", 2)[0].strip(), 16, BODY_BYTES_MAX - body.size());
            if (size == 0) {
                headers(new Head(in)); // trailers: read, and of no meaning here
                return body.toByteArray();
            }
            body.writeBytes(exactly(in, size));
            if (!new Head(in).line().isEmpty()) {
                throw new ProtocolException("a chunk is longer than it says");
            }
        }
    }

    private static long number(String text, int radix, long most) throws ProtocolException {
        if (!text.matches("[0-9a-fA-F]{1,16}")) {
            throw new ProtocolException("a malformed length");
        }
        try {
            long number = Long.parseLong(text, radix);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new ProtocolException("a malformed length");
        }
        throw new ProtocolException("a response of more than " + BODY_BYTES_MAX + " bytes");
    }

    private static byte[] exactly(InputStream in, int bytes) throws IOException {
        byte[] body = in.readNBytes(bytes);
        if (body.length < bytes) {
            throw new EOFException("the response ends after " + body.length + " of " + bytes + " bytes");
        }
        return body;
    }

    /** Lines that end in CR LF, {@link #HEAD_BYTES_MAX} bytes in all. */
    private static final class Head {
        private final InputStream in;
        private int left = HEAD_BYTES_MAX;

        Head(InputStream in) {
            this.in = in;
        }

        String line() throws IOException {
            var line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new EOFException("the response ends in its head");
                }
                if (--left < 0) {
                    throw new ProtocolException("a response head of more than " + HEAD_BYTES_MAX + " bytes");
                }
                line.write(b);
            }
            var text = line.toString(StandardCharsets.ISO_8859_1);
            if (!text.endsWith("\r")) {
                throw new ProtocolException("a line of the response ends in LF alone");
            }
            return text.substring(0, text.length() - 1);
        }
    }
}
