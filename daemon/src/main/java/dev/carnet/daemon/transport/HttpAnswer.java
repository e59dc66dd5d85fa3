package dev.carnet.daemon.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The bytes of an answer, and of the beginning of a longer one. */
final class HttpAnswer {
    private static final String TEXT = "text/plain; charset=utf-8";

    /** RFC 9110 section 5.6.7; the JDK's own writes one-digit days. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private final StringBuilder head = new StringBuilder();

    private HttpAnswer(int status, Instant now) {
        head.append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(reason(status))
                .append("\r\n");
        field("Date", DATE.format(now.atOffset(ZoneOffset.UTC)));
        field("X-Content-Type-Options", "nosniff");
    }

    private HttpAnswer field(String name, String value) {
        head.append(name).append(": ").append(value).append("\r\n");
        return this;
    }

    private byte[] end(boolean keepAlive) {
        if (!keepAlive) {
            field("Connection", "close");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** The head of a file. */
    static byte[] file(StaticFile file, boolean keepAlive, Instant now) {
        return new HttpAnswer(200, now)
                .field("Content-Type", file.contentType())
                .field("Content-Length", Long.toString(file.bytes()))
                .field("Cache-Control", file.cacheControl())
                .end(keepAlive);
    }

    /**
     * All of an error, which nobody may keep.
     *
     * @param bare answers HEAD: the length is said, and the body left out
     */
    static byte[] error(int status, String sentence, boolean bare, boolean keepAlive, Instant now) {
        byte[] body = (sentence + '\n').getBytes(StandardCharsets.UTF_8);
        HttpAnswer answer = new HttpAnswer(status, now)
                .field("Content-Type", TEXT)
                .field("Content-Length", Integer.toString(body.length))
                .field("Cache-Control", "no-store");
        if (status == 405) {
            answer.field("Allow", "GET, HEAD");
        }
        byte[] first = answer.end(keepAlive);
        return bare
                ? first
                : ByteBuffer.allocate(first.length + body.length)
                        .put(first)
                        .put(body)
                        .array();
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 417 -> "Expectation Failed";
            case 431 -> "Request Header Fields Too Large";
            case 501 -> "Not Implemented";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "Internal Server Error";
        };
    }
}
