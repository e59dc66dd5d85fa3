package dev.carnet.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Answers requests on a real Unix socket with whatever bytes a test wants. */
public final class FakeDaemon implements AutoCloseable {
    private final ServerSocketChannel server;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Thread thread;

    /** @param answers from "METHOD target body" to the bytes of a response */
    public FakeDaemon(Path socket, Function<String, String> answers) throws IOException {
        this(socket, request -> answers.apply(request).getBytes(StandardCharsets.UTF_8), true);
    }

    /** Serves the files of a ledger as they lie in a directory. */
    public static FakeDaemon ofLedger(Path socket, Path directory) throws IOException {
        return new FakeDaemon(socket, request -> file(directory, request), true);
    }

    private static byte[] file(Path directory, String request) {
        Path file = directory.resolve(request.replaceFirst("GET /v1/ledger/", ""));
        if (!Files.isRegularFile(file)) {
            return problem(404, "UNSUPPORTED", "no such file").getBytes(StandardCharsets.UTF_8);
        }
        try {
            byte[] body = Files.readAllBytes(file);
            var answer = new ByteArrayOutputStream();
            answer.writeBytes(("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                            + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            answer.writeBytes(body);
            return answer.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private FakeDaemon(Path socket, Function<String, byte[]> answers, boolean bytes) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        thread = Thread.ofPlatform().daemon().start(() -> serve(answers));
    }

    public List<String> requests() {
        return requests;
    }

    public static String json(int status, String body) {
        String type = status < 400 ? "application/json" : "application/problem+json";
        return "HTTP/1.1 " + status + " x\r\nContent-Type: " + type + "\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    public static String problem(int status, String code, String sentence) {
        return json(
                status,
                Json.write(java.util.Map.of(
                        "type", "t", "title", "t", "status", status, "code", code, "detail", sentence)));
    }

    private void serve(Function<String, byte[]> answers) {
        while (server.isOpen()) {
            try (var channel = server.accept()) {
                String request = request(channel);
                requests.add(request);
                var bytes = ByteBuffer.wrap(answers.apply(request));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } catch (IOException e) {
                // The test closed one end.
            }
        }
    }

    private static String request(SocketChannel channel) throws IOException {
        var got = new ByteArrayOutputStream();
        var buffer = ByteBuffer.allocate(4096);
        while (true) {
            String text = got.toString(StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                int length = text.matches("(?s).*Content-Length: .*")
                        ? Integer.parseInt(text.replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1"))
                        : 0;
                if (got.size() >= end + 4 + length) {
                    String line = text.substring(0, text.indexOf(" HTTP/1.1"));
                    return length > 0 ? line + " " + text.substring(end + 4) : line;
                }
            }
            if (channel.read(buffer.clear()) < 0) {
                throw new IOException("closed");
            }
            got.write(buffer.array(), 0, buffer.position());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
