package dev.carnet.daemon.witness;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.merkle.Witnesses;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a witness by HTTP to cosign (C2SP tlog-witness, add-checkpoint). It is no daemon of ours: what it says without a signature, that it knows more of the log than is here for instance, is a reason to be careful and no
 * proof. One call at a time.
 */
final class WebWitness {
    /** Until an answer has begun; it must have ended after twice as long, and it may be asked twice. */
    private static final Duration TIMEOUT = Witnesses.ANSWER_MAX.dividedBy(4);

    private static final int ANSWER_BYTES_MAX = 64 << 10;
    private static final String SIZE_TYPE = "text/x.tlog.size";

    private final String name;
    private final NoteKey key;
    private final String address;
    private final Store store;
    private final OwnLog own;
    private final HttpClient http;
    private final Duration timeout;

    WebWitness(String name, NoteKey key, String url, Store store, OwnLog own, HttpClient http) {
        this(name, key, url, store, own, http, TIMEOUT);
    }

    /** With another patience. */
    WebWitness(String name, NoteKey key, String url, Store store, OwnLog own, HttpClient http, Duration timeout) {
        this.name = name;
        this.key = key;
        this.address = url.endsWith("/") ? url + "add-checkpoint" : url + "/add-checkpoint";
        this.store = store;
        this.own = own;
        this.http = http;
        this.timeout = timeout;
    }

    static HttpClient client() {
        return HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    NoteKey key() {
        return key;
    }

    /**
     * Has it cosign.
     *
     * @return its lines, verified
     * @throws IOException where it does not answer
     * @throws LogException where it answers, and does not cosign: the sentence says why
     */
    List<NoteSignature> cosign(SignedCheckpoint note) throws IOException, InterruptedException {
        long size = note.checkpoint().size();
        long old = Math.min(size, remembered());
        for (int attempt = 0; attempt < 2; attempt++) {
            HttpResponse<byte[]> answer = ask(old, note);
            String text = new String(answer.body(), UTF_8);
            switch (answer.statusCode()) {
                case 200 -> {
                    List<NoteSignature> lines = new SignedCheckpoint(note.checkpoint(), SignedCheckpoint.lines(text))
                            .verify(List.of(key)).stream()
                                    .map(SignedCheckpoint.Verified::line)
                                    .toList();
                    if (lines.isEmpty()) {
                        throw new LogException("it answered with no cosignature of its key");
                    }
                    remember(size);
                    return lines;
                }
                case 409 -> {
                    if (!saysSize(answer)) {
                        throw new LogException("it has another log checkpoint of " + old + " entries");
                    }
                    long there = size(text);
                    if (there > size) {
                        throw new LogException("it says that it has cosigned a log checkpoint of " + there
                                + " entries, and here are " + size
                                + ": was this state directory restored from an older copy?");
                    }
                    if (there == old) {
                        throw new LogException("it has another log checkpoint of " + there + " entries");
                    }
                    remember(there);
                    old = there;
                }
                case 404 ->
                    throw new LogException("it does not know this ledger: its operator has to add the origin "
                            + note.checkpoint().origin() + " and its key");
                case 422 ->
                    throw new LogException("it does not take the proof that this log goes on from the " + old
                            + " entries that it has cosigned: it may have another history of it");
                case 403 ->
                    throw new LogException("it does not take the signature: its operator has to add the key of "
                            + note.checkpoint().origin());
                default -> throw new LogException("it answered with status " + answer.statusCode());
            }
        }
        throw new LogException("it names another size each time");
    }

    /** All of it within a few seconds, whoever answers. */
    private HttpResponse<byte[]> ask(long old, SignedCheckpoint note) throws IOException, InterruptedException {
        HttpRequest request;
        try {
            request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(timeout)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body(old, note)))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new LogException("its address in the policy is none: " + e.getMessage(), e);
        }
        CompletableFuture<HttpResponse<byte[]>> asked = http.sendAsync(
                request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), ANSWER_BYTES_MAX));
        try {
            return asked.get(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("it has not answered within " + 2 * timeout.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable why = e.getCause() == null ? e : e.getCause();
            String what = why.getMessage() == null ? why.getClass().getSimpleName() : why.getMessage();
            throw new IOException("it does not answer: " + what, why);
        } finally {
            asked.cancel(true);
        }
    }

    /** Or that it has cosigned another root at this size: then the body is for people. */
    private static boolean saysSize(HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("Content-Type")
                .filter(type -> type.split(";", 2)[0].strip().equalsIgnoreCase(SIZE_TYPE))
                .isPresent();
    }

    private static long size(String text) {
        String digits = text.strip();
        if (!digits.matches("0|[1-9][0-9]{0,17}")) {
            throw new LogException("it answered with status 409 and no size");
        }
        return Long.parseLong(digits);
    }

    private byte[] body(long old, SignedCheckpoint note) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("old " + old + "\n").getBytes(US_ASCII));
        long size = note.checkpoint().size();
        for (Hash32 hash : own.consistency(old, size)) {
            body.writeBytes((Base64.getEncoder().encodeToString(hash.toBytes()) + "\n").getBytes(US_ASCII));
        }
        body.write('\n');
        body.writeBytes(note.encode());
        return body.toByteArray();
    }

    // ---- how far it has come, as far as is known here; wrong is no harm: it says so

    private long remembered() {
        return store.read(tx -> tx.get(Table.META, row()))
                .map(bytes -> Long.parseLong(new String(bytes, US_ASCII)))
                .orElse(0L);
    }

    private void remember(long size) {
        store.update(tx -> tx.put(Table.META, row(), Long.toString(size).getBytes(US_ASCII)));
    }

    /** By its key, whatever it is called. */
    private byte[] row() {
        return ("witness " + Integer.toHexString(key.id())).getBytes(US_ASCII);
    }

    @Override
    public String toString() {
        return name;
    }
}
