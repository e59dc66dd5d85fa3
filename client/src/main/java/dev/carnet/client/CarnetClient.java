package dev.carnet.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Asks one daemon. Every call opens a connection, asks once and closes it, so that an object may be shared between threads and never holds a stale connection.
 * Nothing is tried twice. Every method throws {@link ApiException}, and waits for the daemon no longer than the timeout.
 */
public final class CarnetClient {
    /** A push hashes nothing before it answers, but a slow disk may have to make a directory entry durable. */
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** The doctor measures. */
    private static final Duration DOCTOR_TIMEOUT = Duration.ofMinutes(2);

    private final Path socket;
    private final UnixHttp http;
    private final Duration timeout;

    public CarnetClient(Path socket) {
        this(socket, TIMEOUT);
    }

    public CarnetClient(Path socket, Duration timeout) {
        this.socket = socket;
        this.timeout = timeout;
        this.http = new UnixHttp(socket);
    }

    public Path socket() {
        return socket;
    }

    public DaemonInfo daemon() {
        return new DaemonInfo(get("/v1/daemon", timeout));
    }

    /** Returns when the push is on record; the daemon goes on by itself. Asked again, it gives the same unfinished transfer. */
    public Transfer push(PushRequest request) {
        return new Transfer(call("POST", "/v1/transfers", Optional.of(Json.bytes(request.json())), timeout));
    }

    /** Newest first. */
    public List<Transfer> transfers(int max) {
        return get("/v1/transfers?max=" + max, timeout).objects("transfers").stream()
                .map(Transfer::new)
                .toList();
    }

    /** By id, or by a unique prefix of at least 4 digits. */
    public Transfer transfer(String id) {
        return new Transfer(get("/v1/transfers/" + encode(id), timeout));
    }

    /** Asks for an abort; the transfer's state says what became of it. */
    public Transfer cancel(String id) {
        return new Transfer(call("POST", "/v1/transfers/" + encode(id) + "/cancel", Optional.empty(), timeout));
    }

    /** Tries again now what stopped or waits for its next try ({@code continue} is a word of the language). */
    public Transfer resume(String id) {
        return new Transfer(call("POST", "/v1/transfers/" + encode(id) + "/continue", Optional.empty(), timeout));
    }

    /** Of every volume, in order of volume and name. */
    public List<Checkpoint> checkpoints(int max) {
        return checkpoints("/v1/checkpoints?max=" + max);
    }

    /** Of one volume in order of names, those after {@code after} (empty: from the first). */
    public List<Checkpoint> checkpoints(String volume, String after, int max) {
        String from = after.isEmpty() ? "" : "&after=" + encode(after);
        return checkpoints("/v1/checkpoints?volume=" + encode(volume) + from + "&max=" + max);
    }

    private List<Checkpoint> checkpoints(String target) {
        return get(target, timeout).objects("checkpoints").stream()
                .map(Checkpoint::new)
                .toList();
    }

    public List<Peer> peers() {
        return get("/v1/peers", timeout).objects("peers").stream()
                .map(Peer::new)
                .toList();
    }

    /** Takes some seconds. */
    public List<Finding> doctor() {
        return get("/v1/doctor", DOCTOR_TIMEOUT).objects("findings").stream()
                .map(Finding::new)
                .toList();
    }

    private JsonObject get(String target, Duration limit) {
        return call("GET", target, Optional.empty(), limit);
    }

    private JsonObject call(String method, String target, Optional<byte[]> body, Duration limit) {
        HttpReply reply;
        try {
            reply = http.exchange(method, target, body, limit);
        } catch (SocketTimeoutException e) {
            throw new ApiException(
                    ApiException.TIMEOUT,
                    0,
                    "the daemon at " + socket + " did not answer within " + limit.toSeconds()
                            + " s; whether it did what was asked is not known",
                    e);
        } catch (IOException e) {
            throw new ApiException(
                    ApiException.PROTOCOL,
                    0,
                    "the conversation with the daemon at " + socket + " broke off: " + e.getMessage(),
                    e);
        }
        if (reply.status() / 100 == 2) {
            return Json.read(reply.body());
        }
        throw problem(reply);
    }

    private ApiException problem(HttpReply reply) {
        if (!reply.contentType().startsWith("application/problem+json")) {
            return new ApiException(
                    ApiException.PROTOCOL,
                    reply.status(),
                    "what answers at " + socket + " says HTTP status " + reply.status()
                            + " and does not look like carnetd");
        }
        var problem = Json.read(reply.body());
        return new ApiException(problem.text("code"), reply.status(), problem.text("detail"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
