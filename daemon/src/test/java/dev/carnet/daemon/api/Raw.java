package dev.carnet.daemon.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A connection that sends whatever bytes a test likes, and takes answers apart in the plainest way. */
final class Raw implements AutoCloseable {
    private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    private final ByteArrayOutputStream got = new ByteArrayOutputStream();

    /** An answer. */
    record Answer(int status, String head, String body) {
        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(body);
        }
    }

    Raw(Path socket) throws IOException {
        channel.connect(UnixDomainSocketAddress.of(socket));
    }

    Raw send(String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return this;
    }

    /** Sends as much as the daemon takes before it closes. */
    Raw sendWhileOpen(String text) {
        try {
            return send(text);
        } catch (IOException e) {
            return this;
        }
    }

    static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    static String post(String target, String body) {
        return "POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    Answer answer() throws IOException {
        return answers(1).getFirst();
    }

    List<Answer> answers(int count) throws IOException {
        List<Answer> answers = new ArrayList<>();
        while (answers.size() < count) {
            String text = got.toString(StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                String head = text.substring(0, end);
                int length = Integer.parseInt(head.replaceAll("(?si).*content-length: ([0-9]+).*", "$1"));
                byte[] all = got.toByteArray();
                int from = text.substring(0, end + 4).getBytes(StandardCharsets.UTF_8).length;
                if (all.length >= from + length) {
                    answers.add(new Answer(
                            Integer.parseInt(head.substring(9, 12)),
                            head,
                            new String(all, from, length, StandardCharsets.UTF_8)));
                    got.reset();
                    got.write(all, from + length, all.length - from - length);
                    continue;
                }
            }
            if (!more()) {
                throw new IOException("closed after " + answers.size() + " answers and " + got);
            }
        }
        return answers;
    }

    /** Reads until the daemon closes. */
    boolean closed() throws IOException {
        while (more()) {
            if (got.size() > 10_000_000) {
                return false;
            }
        }
        return true;
    }

    private boolean more() {
        var buffer = ByteBuffer.allocate(8192);
        int count;
        try {
            count = channel.read(buffer);
        } catch (IOException e) {
            return false; // reset: closed too
        }
        if (count > 0) {
            got.write(buffer.array(), 0, count);
        }
        return count >= 0;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
