package dev.carnet.client;

import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.oms.ManifestKey;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks one daemon. Every call opens a connection, asks once and closes it, so that an object may be shared between threads and never holds a stale connection.
 * Nothing is tried twice. Every method throws {@link ApiException}, and waits for the daemon no longer than the timeout.
 */
public final class CarnetClient {
    /** A push hashes nothing before it answers, but a slow disk may have to make a directory entry durable. */
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** The doctor measures. */
    private static final Duration DOCTOR_TIMEOUT = Duration.ofMinutes(2);

    /** The daemon asks a peer, which may be far away and busy. */
    private static final Duration PEER_TIMEOUT = Duration.ofMinutes(2);

    /** Configuration, keys and lists are read again, and sessions ended. */
    private static final Duration RELOAD_TIMEOUT = Duration.ofMinutes(1);

    private static final String LEDGER_CHECKPOINT = "checkpoint";
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final int NOT_IMPLEMENTED = 501;

    private final Path socket;
    private final UnixHttp http;
    private final Duration timeout;
    private final Consumer<String> told;

    public CarnetClient(Path socket) {
        this(socket, TIMEOUT);
    }

    public CarnetClient(Path socket, Duration timeout) {
        this(socket, timeout, line -> {});
    }

    /** @param told gets a line for each request and one for each answer */
    public CarnetClient(Path socket, Duration timeout, Consumer<String> told) {
        this.socket = socket;
        this.timeout = timeout;
        this.http = new UnixHttp(socket);
        this.told = told;
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

    /** What a push would do; nothing is begun. */
    public JsonObject dryRun(PushRequest request) {
        return dryRun("/v1/transfers", request.json());
    }

    /** What a pull would do; nothing is begun, and the peer, which alone knows what would come, is not asked. */
    public JsonObject dryRun(PullRequest request) {
        return dryRun("/v1/pulls", request.json());
    }

    private JsonObject dryRun(String path, Map<String, @Nullable Object> body) {
        body.put("dry_run", true);
        var answer = call("POST", path, Optional.of(Json.bytes(body)), timeout);
        if (!answer.optionalFlag("dry_run").orElse(false)) {
            throw ApiException.protocol("it does not say that nothing was begun");
        }
        return answer;
    }

    /** Forgets which keys a peer signs with; whether any were known. */
    public boolean forgetKeys(String alias) {
        return call("POST", "/v1/peers/" + encode(alias) + "/forget-keys", Optional.empty(), timeout)
                .optionalFlag("forgotten")
                .orElse(false);
    }

    /** Returns when the pull is on record; the daemon goes on by itself. */
    public Transfer pull(PullRequest request) {
        return new Transfer(call("POST", "/v1/pulls", Optional.of(Json.bytes(request.json())), timeout));
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

    /** Keeps a transfer from going on until {@link #resume}; what is held stays held. */
    public Transfer pause(String id) {
        return new Transfer(call("POST", "/v1/transfers/" + encode(id) + "/pause", Optional.empty(), timeout));
    }

    /** Tries again now what stopped, was paused or waits for its next try ({@code continue} is a word of the language). */
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

    /** One of the catalogue, in full. */
    public Checkpoint checkpoint(String volume, String name) {
        return new Checkpoint(get("/v1/checkpoint?volume=" + encode(volume) + "&name=" + encode(name), timeout));
    }

    /**
     * What a peer lets this daemon see of a volume of its own: one page.
     *
     * @param after names in order, those after this one; empty: from the first
     */
    public Page peerCheckpoints(String peer, String volume, String after, int max) {
        String from = after.isEmpty() ? "" : "&after=" + encode(after);
        var answer = get(peerPath(peer) + "/checkpoints?volume=" + encode(volume) + from + "&max=" + max, PEER_TIMEOUT);
        return new Page(
                answer.objects("checkpoints").stream().map(Checkpoint::new).toList(),
                answer.optionalFlag("more").orElse(false));
    }

    /** Some of a list, and whether there are others behind it. */
    public record Page(List<Checkpoint> checkpoints, boolean more) {}

    /** @param path absolute, in a volume of the daemon: is read, and its tree and the values of its chunks go on record */
    public Job seal(String path) {
        return begin("/v1/seals", Map.of("path", path));
    }

    /** @param path absolute, in a volume of the daemon: came another way, and goes into the catalogue */
    public Job adopt(String path) {
        return begin("/v1/adoptions", Map.of("path", path));
    }

    /** The daemon reads what it holds again, and signs what it found. */
    public Job verify(String volume, String name) {
        return begin("/v1/verifications", Map.of("volume", volume, "name", name));
    }

    /** The daemon reads what it holds again, and makes a bundle of SHA-256 digests of it: see {@link #bundle}. */
    public Job export(BundleOf of) {
        return begin("/v1/exports", of.members());
    }

    /**
     * Some bytes of an OMS bundle.
     *
     * @param hash blake3 or sha256
     * @param offset where they begin; at the end of the bundle there are none
     */
    public BundlePage bundle(BundleOf of, String hash, long offset) {
        var target = new StringBuilder("/v1/bundle?hash=" + encode(hash) + "&offset=" + offset);
        of.members()
                .forEach((name, value) ->
                        target.append('&').append(name).append('=').append(encode(value)));
        return BundlePage.of(get(target.toString(), timeout));
    }

    /** The key that signs bundles of this daemon, and those that did before it. */
    public List<ManifestKey> manifestKeys() {
        return get("/v1/manifest-keys", timeout).objects("keys").stream()
                .map(key -> manifestKey(key.text("pem")))
                .toList();
    }

    private static ManifestKey manifestKey(String pem) {
        try {
            return new ManifestKey(Base64.getDecoder().decode(pem.replaceAll("-----[A-Z ]+-----|\\s", "")));
        } catch (IllegalArgumentException | StatementException e) {
            throw ApiException.protocol("a manifest key is no P-256 key in PEM");
        }
    }

    /**
     * The checkpoint leaves the catalogue; its files stay.
     *
     * @param reason for the record
     */
    public Job release(String volume, String name, String reason) {
        return begin("/v1/releases", Map.of("volume", volume, "name", name, "reason", reason));
    }

    /**
     * The checkpoint leaves the catalogue, and the disk. There is no way back.
     *
     * @param confirm once more what is meant, {@code volume/name}
     */
    public Job destroy(String volume, String name, String confirm) {
        return begin("/v1/destructions", Map.of("volume", volume, "name", name, "confirm", confirm));
    }

    /** The peer reads what it holds again, and signs what it found. */
    public Job verifyAt(String peer, String volume, String name) {
        return begin(peerPath(peer) + "/verifications", Map.of("volume", volume, "name", name));
    }

    private Job begin(String target, Map<String, String> body) {
        return new Job(call("POST", target, Optional.of(Json.bytes(new TreeMap<>(body))), timeout));
    }

    /** Of this run of the daemon. */
    public List<Job> jobs() {
        return get("/v1/jobs", timeout).objects("jobs").stream().map(Job::new).toList();
    }

    /** As it is now. */
    public Job again(Job job) {
        if (job.peer().isEmpty()) {
            return job(job.id());
        }
        return new Job(get(peerPath(job.peer().get()) + "/verifications/" + encode(job.id()), timeout));
    }

    /** What a peer was asked to read, in this run of the daemon. */
    public List<Job> verificationsAt(String peer) {
        return get(peerPath(peer) + "/verifications", timeout).objects("jobs").stream()
                .map(Job::new)
                .toList();
    }

    /** Paths take an alias alone; who has an ID instead looks it up. */
    private String peerPath(String peer) {
        String alias = peer;
        if (peer.startsWith("spiffe://")) {
            alias = peers().stream()
                    .filter(one -> one.id().equals(peer))
                    .map(Peer::alias)
                    .findFirst()
                    .orElseThrow(() -> new ApiException(
                            "UNKNOWN_PEER", 0, "no peer of the daemon at " + socket + " has the ID " + peer));
        }
        return "/v1/peers/" + encode(alias);
    }

    public Job job(String id) {
        return new Job(get("/v1/jobs/" + encode(id), timeout));
    }

    /** What it has read is of no use to anybody then; nothing is on record. */
    public Job cancelJob(String id) {
        return new Job(call("POST", "/v1/jobs/" + encode(id) + "/cancel", Optional.empty(), timeout));
    }

    /** Reads configuration, certificates and revocation lists again; the answer says whether what was read is in force. */
    public JsonObject reload() {
        return call("POST", "/v1/reload", Optional.empty(), RELOAD_TIMEOUT);
    }

    /** From now on and after a restart. */
    public JsonObject addPeer(PeerRequest request) {
        return call("POST", "/v1/peers", Optional.of(Json.bytes(request.json())), RELOAD_TIMEOUT);
    }

    /**
     * Tries the line to a peer. Takes a while.
     *
     * @param seconds of each measurement; 0 for the daemon's own number
     * @param streams of the second measurement; 0 for the daemon's own number
     */
    public JsonObject testPeer(String peer, int seconds, int streams) {
        Map<String, @Nullable Object> body = new TreeMap<>();
        if (seconds > 0) {
            body.put("seconds", seconds);
        }
        if (streams > 0) {
            body.put("streams", streams);
        }
        return call(
                "POST",
                peerPath(peer) + "/test",
                Optional.of(Json.bytes(body)),
                PEER_TIMEOUT.plusSeconds(4L * seconds));
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

    /**
     * A file of the daemon's ledger (proto/LEDGER.md), read as it comes. The caller closes it.
     *
     * @param path below the ledger's root: {@code tile/0/000}
     * @return empty where there is none; of the log checkpoint that is a refusal, since every ledger has one: the daemon is older, or has none yet
     */
    public Optional<InputStream> ledgerFile(String path) {
        String target = "/v1/ledger/" + path;
        told.accept("GET " + target);
        try {
            var answer = http.stream(target, timeout);
            if (answer.reply().isEmpty()) {
                return Optional.of(answer.body());
            }
            answer.body().close();
            var reply = answer.reply().get();
            told.accept("HTTP " + reply.status());
            if (reply.status() == NOT_FOUND && !path.equals(LEDGER_CHECKPOINT)) {
                return Optional.empty();
            }
            throw problem("GET", target, reply);
        } catch (IOException e) {
            throw brokenOff(e, timeout);
        }
    }

    private JsonObject get(String target, Duration limit) {
        return call("GET", target, Optional.empty(), limit);
    }

    private JsonObject call(String method, String target, Optional<byte[]> body, Duration limit) {
        HttpReply reply;
        long begun = System.nanoTime();
        told.accept(method + " " + target
                + body.map(bytes -> " " + new String(bytes, StandardCharsets.UTF_8))
                        .orElse(""));
        try {
            reply = http.exchange(method, target, body, limit);
        } catch (IOException e) {
            throw brokenOff(e, limit);
        }
        told.accept("HTTP " + reply.status() + " after "
                + Duration.ofNanos(System.nanoTime() - begun).toMillis() + " ms");
        if (reply.status() / 100 == 2) {
            return Json.read(reply.body());
        }
        throw problem(method, target, reply);
    }

    private ApiException brokenOff(IOException e, Duration limit) {
        if (e instanceof SocketTimeoutException) {
            return new ApiException(
                    ApiException.TIMEOUT,
                    0,
                    "the daemon at " + socket + " did not answer within " + limit.toSeconds()
                            + " s; whether it did what was asked is not known",
                    e);
        }
        boolean gone = e instanceof SocketException || e instanceof EOFException;
        return new ApiException(
                gone ? ApiException.UNREACHABLE : ApiException.PROTOCOL,
                0,
                "the conversation with the daemon at " + socket + " broke off: " + e.getMessage()
                        + (gone ? "; whether it did what was asked is not known" : ""),
                e);
    }

    private ApiException problem(String method, String target, HttpReply reply) {
        if (!reply.contentType().startsWith("application/problem+json")) {
            return new ApiException(
                    ApiException.PROTOCOL,
                    reply.status(),
                    "what answers at " + socket + " says HTTP status " + reply.status()
                            + " and does not look like carnetd");
        }
        var problem = Json.read(reply.body());
        String code = problem.text("code");
        return new ApiException(
                code,
                reply.status(),
                code.equals("UNSUPPORTED")
                        ? unsupported(method, target, reply.status(), problem)
                        : problem.text("detail"));
    }

    /** A path that a daemon does not know is one that came later, since this library asks for no other. */
    private String unsupported(String method, String target, int status, JsonObject problem) {
        String path = target.indexOf('?') < 0 ? target : target.substring(0, target.indexOf('?'));
        return switch (status) {
            case NOT_FOUND, NOT_ALLOWED, NOT_IMPLEMENTED ->
                "the daemon at " + socket + " cannot do this: it answers " + status + " to " + method + " " + path
                        + " (" + problem.text("detail") + ")";
            default -> problem.text("detail");
        };
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
