package dev.carnet.daemon.transport;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** HTTP over TLS that sends whatever bytes a test likes, and takes answers apart in the plainest way. */
public final class HttpsClient implements AutoCloseable {
    private final RawPeer peer;

    /**
     * An answer.
     *
     * @param headers by their lower-case names
     */
    public record Answer(int status, Map<String, String> headers, byte[] body) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private HttpsClient(RawPeer peer) {
        this.peer = peer;
    }

    public static HttpsClient connect(InetSocketAddress address, Credentials own) {
        return new HttpsClient(RawPeer.connect(address, own, "http/1.1"));
    }

    static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    public HttpsClient send(String text) {
        peer.write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    HttpsClient patience(Duration longest) {
        peer.patience(longest);
        return this;
    }

    public Answer ask(String target) {
        return send(get(target)).answer();
    }

    /** The next answer, with its body. */
    Answer answer() {
        return answer(true);
    }

    Answer answer(boolean withBody) {
        try {
            String first = line();
            Map<String, String> headers = new LinkedHashMap<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(": ");
                headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
            }
            int status = Integer.parseInt(first.substring(9, 12));
            byte[] body = new byte[0];
            if (withBody && status != 100) {
                int length = Integer.parseInt(headers.get("content-length"));
                body = peer.in.readNBytes(length);
                if (body.length < length) {
                    throw new EOFException(body.length + " of " + length + " bytes");
                }
            }
            return new Answer(status, headers, body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = peer.in.read(); b != '\n'; b = peer.in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended in the middle of a line: " + line);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    /** Whether nothing more comes. */
    boolean ended() {
        try {
            return peer.in.read() < 0;
        } catch (IOException e) {
            return !(e instanceof java.net.SocketTimeoutException);
        }
    }

    @Override
    public void close() {
        peer.close();
    }
}
