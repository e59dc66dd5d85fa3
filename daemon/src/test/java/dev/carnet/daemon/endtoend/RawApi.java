package dev.carnet.daemon.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A daemon's local API, asked by hand: one connection for each request. */
record RawApi(Path socket) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** An answer. */
    record Answer(int status, JsonNode json) {}

    Answer get(String target) {
        return send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    Answer post(String target, Object body) {
        try {
            byte[] json = JSON.writeValueAsBytes(body);
            return send("POST " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: " + json.length + "\r\n\r\n"
                    + new String(json, UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Answer send(String request) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer out = ByteBuffer.wrap(request.getBytes(UTF_8));
            while (out.hasRemaining()) {
                channel.write(out);
            }
            ByteArrayOutputStream in = new ByteArrayOutputStream();
            ByteBuffer piece = ByteBuffer.allocate(8_192);
            while (channel.read(piece) >= 0) {
                in.write(piece.array(), 0, piece.position());
                piece.clear();
            }
            String text = in.toString(UTF_8);
            return new Answer(
                    Integer.parseInt(text.split(" ", 3)[1]),
                    JSON.readTree(text.substring(text.indexOf("\r\n\r\n") + 4)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
