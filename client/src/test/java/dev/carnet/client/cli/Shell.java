package dev.carnet.client.cli;

import dev.carnet.client.FakeDaemon;
import dev.carnet.client.Json;
import dev.carnet.client.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Runs whole commands: what they read, what they print, how they end. Time passes only where a command waits. */
final class Shell {
    final Map<String, String> variables = new TreeMap<>();
    boolean terminal; // on standard error
    private final Path socket;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final AtomicLong now = new AtomicLong();

    Shell(Path socket) {
        this.socket = socket;
        variables.put("CARNET_SOCKET", socket.toString());
    }

    int run(String... args) {
        return runWith("", args);
    }

    int runWith(String input, String... args) {
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.commandLine(env(in), args).execute(args);
    }

    Env env(InputStream in) {
        return new Env(
                in,
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                variables,
                terminal,
                80,
                now::get,
                time -> now.addAndGet(time.toNanos()));
    }

    FakeDaemon daemon(Function<String, String> answers) throws IOException {
        return new FakeDaemon(socket, answers);
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    JsonObject lastLine() {
        return Json.read(out().lines().toList().getLast().getBytes(StandardCharsets.UTF_8));
    }
}
