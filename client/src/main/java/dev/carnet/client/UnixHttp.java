package dev.carnet.client;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** One HTTP/1.1 request per connection over a Unix domain socket, which the JDK's own HTTP client cannot do. */
final class UnixHttp {
    private static final int BUFFER_BYTES = 8 * 1024;

    private final Path socket;

    UnixHttp(Path socket) {
        this.socket = socket;
    }

    /**
     * @param target origin form, encoded
     * @param timeout for all of it
     * @throws ApiException UNREACHABLE
     * @throws java.net.SocketTimeoutException where the time is over
     */
    HttpReply exchange(String method, String target, Optional<byte[]> body, Duration timeout) throws IOException {
        try (var channel = connect();
                var timed = new TimedChannel(channel, timeout)) {
            timed.await(SelectionKey.OP_CONNECT);
            try {
                timed.write(ByteBuffer.wrap(head(method, target, body)));
                timed.write(ByteBuffer.wrap(body.orElse(new byte[0])));
            } catch (java.net.SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                return refusal(timed, e);
            }
            return HttpReply.read(new BufferedInputStream(timed.input(), BUFFER_BYTES));
        }
    }

    /**
     * Asks for something of any length.
     *
     * @param idle how long nothing may come
     * @return the answer; closing its body ends the connection
     * @throws ApiException UNREACHABLE
     * @throws java.net.SocketTimeoutException where nothing comes; later also from the body
     */
    HttpReply.Streamed stream(String target, Duration idle) throws IOException {
        var channel = connect();
        try {
            var timed = new TimedChannel(channel, idle, true);
            timed.await(SelectionKey.OP_CONNECT);
            timed.write(ByteBuffer.wrap(head("GET", target, Optional.empty())));
            var answer = HttpReply.stream(new BufferedInputStream(timed.input(), BUFFER_BYTES));
            return new HttpReply.Streamed(answer.reply(), new FilterInputStream(answer.body()) {
                @Override
                public void close() throws IOException {
                    timed.close();
                    channel.close();
                }
            });
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** A server that refuses a request may answer and close before it has read all of it: its answer says more than EPIPE. */
    private static HttpReply refusal(TimedChannel timed, IOException broken) throws IOException {
        try {
            return HttpReply.read(new BufferedInputStream(timed.input(), BUFFER_BYTES));
        } catch (IOException e) {
            broken.addSuppressed(e);
            throw broken;
        }
    }

    private static byte[] head(String method, String target, Optional<byte[]> body) {
        var head = new StringBuilder()
                .append(method)
                .append(' ')
                .append(target)
                .append(" HTTP/1.1\r\nHost: carnetd\r\nConnection: close\r\nAccept: application/json\r\n");
        if (body.isPresent()) {
            head.append("Content-Type: application/json\r\n");
        }
        if (!method.equals("GET")) {
            head.append("Content-Length: ")
                    .append(body.map(b -> b.length).orElse(0))
                    .append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private SocketChannel connect() throws IOException {
        UnixDomainSocketAddress address;
        try {
            address = UnixDomainSocketAddress.of(socket);
        } catch (IllegalArgumentException e) {
            throw unreachable("it is no path for a socket", e);
        }
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            var _ = channel.connect(address);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw unreachable(reason(e), e);
        }
    }

    private String reason(IOException e) {
        if (!Files.exists(socket)) {
            return "there is no such socket, or no right to see it";
        }
        if (e instanceof ConnectException) {
            return "nobody listens on that socket";
        }
        return String.valueOf(e.getMessage());
    }

    private ApiException unreachable(String why, Throwable cause) {
        return new ApiException(ApiException.UNREACHABLE, 0, "no daemon answers at " + socket + ": " + why, cause);
    }
}
