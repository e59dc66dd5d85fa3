package dev.carnet.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Runs once after a build, from the launcher: the JVM remembers the classes of this run in its AOT cache. It goes through what people type most, against a stand-in
 * for the daemon, so that the socket, HTTP, JSON and the tables are in the cache too. Nothing depends on it but speed.
 */
final class Training {
    private static final String TRANSFER = """
            {"id":"3f2a91bc00000000000000000000beef","role":"source","state":"CLOSED","finished":true,"ok":true,\
            "peer":"spiffe://example.org/b","volume":"models","name":"run7/step-100","source":"/data/step-100","attempt":1,\
            "files":12,"filesDone":12,"bytesTotal":29100000000,"bytesDone":29100000000,"wireBytes":8200000000,"resentBytes":0,\
            "rateNow":8.1e8,"rateAverage":7.9e8,"etaSeconds":null,"streams":0,"waitingFor":null,"code":null,"error":null,\
            "treeDigest":"aa","contentDigest":"bb","receipt":"/r","published":null,"created":"2026-02-03T04:05:06Z",\
            "updated":"2026-02-03T04:05:06Z"}""";

    private static final int REQUEST_BYTES_MAX = 8192;

    private Training() {}

    public static void main(String[] args) throws IOException {
        var directory = Files.createTempDirectory("carnet");
        var socket = directory.resolve("s");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            var standIn = new Thread(() -> serve(server), "stand-in");
            standIn.setDaemon(true);
            standIn.start();
            commands(socket);
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(directory);
        }
    }

    private static void commands(Path socket) {
        for (String command : new String[] {
            "--help",
            "push --help",
            "status",
            "status 3f2a",
            "status --json",
            "push . b:models/n",
            "push . b:models/n --json --limit 1GB/s",
            "wrong",
            "status --socket /nonexistent"
        }) {
            var nowhere = new PrintWriter(Writer.nullWriter());
            var system = Env.system();
            var env = new Env(
                    InputStream.nullInputStream(),
                    nowhere,
                    nowhere,
                    Map.of("CARNET_SOCKET", socket.toString()),
                    true,
                    system.columns(),
                    system.nanoTime(),
                    system.pause());
            var _ = Main.commandLine(env, command.split(" ", -1)).execute(command.split(" ", -1));
        }
    }

    private static void serve(ServerSocketChannel server) {
        while (server.isOpen()) {
            try (var channel = server.accept()) {
                var request = ByteBuffer.allocate(REQUEST_BYTES_MAX);
                if (channel.read(request) > 0) {
                    boolean list = new String(request.array(), 0, request.position(), StandardCharsets.US_ASCII)
                            .contains("?max");
                    channel.write(ByteBuffer.wrap(response(list ? "{\"transfers\":[" + TRANSFER + "]}" : TRANSFER)));
                }
            } catch (IOException e) {
                return; // the training is over
            }
        }
    }

    private static byte[] response(String body) {
        return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
