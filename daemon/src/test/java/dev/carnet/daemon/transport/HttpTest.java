package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.carnet.daemon.transport.Site.Plan;
import dev.carnet.daemon.transport.TestPki.Ca;
import dev.carnet.proto.identity.Revocations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.tls.NamedGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ledger's door: who gets in, what is answered, and what it costs to misbehave there. */
@Timeout(60)
class HttpTest {
    private static final String PEER = "spiffe://north.example/carnetd";
    private static final String AUDITOR = "spiffe://north.example/bureau";

    /** For what is about time limits alone: a busy machine needs the usual ones. */
    private static final Timeouts SHORT = timeouts(Duration.ofSeconds(2));

    private static Timeouts timeouts(Duration client) {
        Timeouts usual = Timeouts.standard();
        return new Timeouts(
                usual.connect(),
                usual.handshake(),
                usual.hello(),
                client,
                usual.heartbeat(),
                usual.streams(),
                usual.send(),
                client,
                usual.frame(),
                usual.shutdown());
    }

    private final Ca northCa = new Ca("north.example");
    private final Ca southCa = new Ca("south.example");
    private final Credentials auditor = northCa.credentials("bureau");
    private final Files files = new Files();
    private Site south;

    @BeforeEach
    void listen() {
        files.put("/checkpoint", "checkpoint\n".getBytes(StandardCharsets.UTF_8), false);
        files.put("/tile/0/000", new byte[8192], true);
        south = plan().start();
    }

    private Plan plan() {
        return new Plan(southCa.credentials("carnetd"), TestPki.trust(northCa, southCa))
                .expects(PEER)
                .timeouts(Timeouts.standard())
                .audits(files, AUDITOR);
    }

    @AfterEach
    void stop() {
        south.close();
        Site.until(() -> files.open.get() == 0, () -> files.open.get() + " files were never closed");
        assertThat(files.onLoop).as("touched a disk on an event loop").isFalse();
    }

    private void hurry() {
        south.close();
        south = plan().timeouts(SHORT).start();
    }

    private HttpsClient connect() {
        return HttpsClient.connect(south.address(), auditor);
    }

    /** Files in memory that know whether they were closed. */
    private static final class Files implements StaticFiles {
        final Map<String, StaticFile> all = new ConcurrentHashMap<>();
        final List<String> asked = new CopyOnWriteArrayList<>();
        final AtomicLong open = new AtomicLong();
        final AtomicLong read = new AtomicLong();
        final AtomicBoolean onLoop = new AtomicBoolean();

        void put(String path, byte[] bytes, boolean immutable) {
            put(path, bytes, bytes.length, immutable);
        }

        void put(String path, byte[] bytes, long said, boolean immutable) {
            all.put(path, new StaticFile(new Memory(this, bytes), said, "text/x", immutable));
        }

        /** Without end. */
        void endless(String path) {
            all.put(path, new StaticFile(new Memory(this, null), Long.MAX_VALUE, "text/x", true));
        }

        @Override
        public Optional<StaticFile> open(String path) throws IOException {
            onLoop.compareAndSet(false, Loops.onLoop());
            asked.add(path);
            if (path.equals("/broken")) {
                throw new IOException("the disk is on fire");
            }
            Optional<StaticFile> found = Optional.ofNullable(all.get(path))
                    .map(file -> new StaticFile(
                            ((Memory) file.content()).again(), file.bytes(), file.contentType(), file.immutable()));
            found.ifPresent(_ -> open.incrementAndGet());
            return found;
        }
    }

    /** A file of memory; zeros for ever where there is none. */
    private static final class Memory implements SeekableByteChannel {
        private final Files files;
        private final byte[] bytes;
        private int at;
        private boolean closed;

        Memory(Files files, byte[] bytes) {
            this.files = files;
            this.bytes = bytes;
        }

        Memory again() {
            return new Memory(files, bytes);
        }

        @Override
        public int read(ByteBuffer into) {
            files.onLoop.compareAndSet(false, Loops.onLoop());
            if (bytes == null) {
                int count = into.remaining();
                into.position(into.limit());
                files.read.addAndGet(count);
                return count;
            }
            if (at == bytes.length) {
                return -1;
            }
            int count = Math.min(into.remaining(), Math.min(1000, bytes.length - at)); // short reads are allowed
            into.put(bytes, at, count);
            at += count;
            return count;
        }

        @Override
        public void close() {
            files.onLoop.compareAndSet(false, Loops.onLoop());
            assertThat(closed).as("closed twice").isFalse();
            closed = true;
            files.open.decrementAndGet();
        }

        @Override
        public int write(ByteBuffer from) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            return at;
        }

        @Override
        public SeekableByteChannel position(long newPosition) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public SeekableByteChannel truncate(long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }
    }

    @Test
    void an_auditor_reads_files_over_one_connection() {
        byte[] big = new byte[1_000_003];
        new java.util.Random(4).nextBytes(big);
        files.put("/big", big, true);
        files.put("/empty", new byte[0], true);
        try (HttpsClient client = connect()) {
            var checkpoint = client.ask("/checkpoint");
            assertThat(checkpoint.status()).isEqualTo(200);
            assertThat(checkpoint.text()).isEqualTo("checkpoint\n");
            assertThat(checkpoint.headers())
                    .containsEntry("content-type", "text/x")
                    .containsEntry("content-length", "11")
                    .containsEntry("cache-control", "no-cache")
                    .doesNotContainKey("connection");
            assertThat(checkpoint.headers().get("date")).matches("..., \\d\\d ... \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
            var tile = client.ask("/tile/0/000");
            assertThat(tile.body()).hasSize(8192);
            assertThat(tile.headers()).containsEntry("cache-control", "max-age=31536000, immutable");
            assertThat(client.ask("/empty").body()).isEmpty();
            var missing = client.ask("/tile/0/001");
            assertThat(missing.status()).isEqualTo(404);
            assertThat(missing.text()).isEqualTo("there is no such file in the ledger\n");
            assertThat(client.ask("/big").body()).isEqualTo(big);
        }
    }

    @Test
    void head_says_what_get_would_send_and_sends_nothing() {
        try (HttpsClient client = connect()) {
            var head =
                    client.send("HEAD /tile/0/000 HTTP/1.1\r\nHost: x\r\n\r\n").answer(false);
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.headers()).containsEntry("content-length", "8192");
            assertThat(client.send("HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
                            .answer(false)
                            .status())
                    .isEqualTo(404);
            assertThat(client.ask("/checkpoint").text()).isEqualTo("checkpoint\n");
        }
    }

    @Test
    void requests_sent_at_once_are_answered_in_their_order() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            many.append(HttpsClient.get(i % 2 == 0 ? "/checkpoint" : "/" + i));
        }
        try (HttpsClient client = connect().send(many.toString())) {
            for (int i = 0; i < 400; i++) {
                assertThat(client.answer().status()).as(String.valueOf(i)).isEqualTo(i % 2 == 0 ? 200 : 404);
            }
            assertThat(files.asked).hasSize(400).endsWith("/399");
        }
    }

    @Test
    void who_asks_for_it_is_not_kept() {
        try (HttpsClient client =
                connect().send("GET /checkpoint HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n\r\n")) {
            assertThat(client.answer().headers()).containsEntry("connection", "close");
            assertThat(client.ended()).isTrue();
        }
    }

    /** A peer is no auditor, and a certificate alone makes nobody anything; neither learns what there is. */
    @ParameterizedTest
    @CsvSource({"carnetd,/checkpoint", "stranger,/checkpoint", "stranger,/nothing"})
    void who_is_not_listed_is_told_so_and_put_on_record(String name, String path) {
        String id = "spiffe://north.example/" + name;
        try (HttpsClient client = HttpsClient.connect(south.address(), northCa.credentials(name))) {
            var answer = client.ask(path);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text())
                    .isEqualTo("the certificate of " + id + " is good, but it is no auditor of"
                            + " spiffe://south.example/carnetd: add [[auditor]] with id = \"" + id
                            + "\" to the configuration there, and reload\n");
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(client.ended()).isTrue();
        }
        assertThat(Site.Recorder.next(south.heard.refused))
                .startsWith(id + " POLICY the certificate of " + id + " is good");
        assertThat(files.asked).isEmpty();
    }

    @Test
    void a_refusal_of_head_has_no_body_either() {
        try (HttpsClient client = HttpsClient.connect(south.address(), northCa.credentials("stranger"))) {
            var answer =
                    client.send("HEAD /checkpoint HTTP/1.1\r\nHost: x\r\n\r\n").answer(false);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void an_auditor_is_no_peer() {
        try (RawPeer control =
                RawPeer.connect(south.address(), auditor, TestPki.trust(northCa, southCa), Protocols.Alpn.CONTROL)) {
            assertThat(control.readNext().getGoodbye().getCode().name()).isEqualTo("UNKNOWN_PEER");
        }
    }

    @Test
    void the_handshake_is_as_strict_as_everywhere() {
        assertThat(RawPeer.alertOf(catchThrowable(() -> new RawPeer.Loose(auditor)
                        .alpn("http/1.1")
                        .groups(NamedGroup.x25519)
                        .connect(south.address()))))
                .isEqualTo("insufficient_security");
        try (RawPeer nobody =
                new RawPeer.Loose(auditor).alpn("http/1.1").withoutCertificate().connect(south.address())) {
            assertThat(RawPeer.alertOf(catchThrowable(() -> nobody.in.read()))).isEqualTo("certificate_required");
        }
        Credentials forged = new Ca("north.example").credentials("bureau");
        try (RawPeer other = new RawPeer.Loose(forged).alpn("http/1.1").connect(south.address())) {
            assertThat(RawPeer.alertOf(catchThrowable(() -> other.in.read()))).isEqualTo("bad_certificate");
        }
        assertThat(files.asked).isEmpty();
    }

    @Test
    void a_browsers_list_of_protocols_finds_http() {
        try (RawPeer peer = new RawPeer.Loose(auditor).alpn("h2", "http/1.1").connect(south.address())) {
            peer.write(HttpsClient.get("/checkpoint").getBytes(StandardCharsets.US_ASCII));
            assertThat(catchThrowable(() -> assertThat(new String(peer.in.readNBytes(15), StandardCharsets.US_ASCII))
                            .isEqualTo("HTTP/1.1 200 OK")))
                    .isNull();
        }
    }

    @Test
    void auditors_come_and_go_with_the_configuration() {
        TransportTrust none =
                new TransportTrust(TestPki.trust(northCa, southCa), Revocations.NONE, List.of(), Set.of());
        try (HttpsClient client = connect()) {
            assertThat(client.ask("/checkpoint").status()).isEqualTo(200);
            south.transport.reload(none);
            assertThat(client.ended()).isTrue();
        }
        try (HttpsClient client = connect()) {
            assertThat(client.ask("/checkpoint").status()).isEqualTo(403);
        }
        south.transport.reload(new TransportTrust(none.anchors(), Revocations.NONE, List.of(), Set.of(AUDITOR)));
        try (HttpsClient client = connect()) {
            assertThat(client.ask("/checkpoint").status()).isEqualTo(200);
            south.transport.reload(new TransportTrust(
                    none.anchors(),
                    new Revocations(Set.of(AUDITOR), Set.of(), Map.of(), Map.of()),
                    List.of(),
                    Set.of(AUDITOR)));
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void a_connection_ends_with_its_certificate() {
        Instant now = Instant.now();
        Credentials brief = northCa.leaf()
                .uri(AUDITOR)
                .valid(now.minusSeconds(60), now.plusSeconds(8))
                .credentials();
        try (HttpsClient client = HttpsClient.connect(south.address(), brief)) {
            assertThat(client.ask("/checkpoint").status()).isEqualTo(200);
            assertThat(client.patience(Duration.ofSeconds(9)).ended()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "400,nonsense\\r\\n\\r\\n",
        "400,GET /checkpoint\\r\\nHost: x\\r\\n\\r\\n",
        "400,GET  /checkpoint HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400,GET /check point HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400,GET https://x/checkpoint HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400,CONNECT x:443 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400,OPTIONS * HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400,GET /checkpoint HTTP/1.1\\nHost: x\\n\\n",
        "400,GET /checkpoint HTTP/1.1\\r\\nHost: x\\r\\rn",
        "400,GET /checkpoint HTTP/1.1\\r\\n\\r\\n",
        "400,GET /checkpoint HTTP/1.1\\r\\nHost: x\\r\\nHost: y\\r\\n\\r\\n",
        "400,GET /checkpoint HTTP/1.1\\r\\nHost: x\\r\\n folded\\r\\n\\r\\n",
        "400,GET /checkpoint HTTP/1.1\\r\\nHost : x\\r\\n\\r\\n",
        "400,GET /check\\0point HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400,GET /checkp\u00f6int HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400,\\r\\nGET /checkpoint HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "400,GET /checkpoint HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\nContent-Length: 0\\r\\n\\r\\n",
        "400,GET /checkpoint HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: -1\\r\\n\\r\\n",
        "400,GET /checkpoint HTTP/one\\r\\nHost: x\\r\\n\\r\\n",
        "505,GET /checkpoint HTTP/1.0\\r\\nHost: x\\r\\n\\r\\n",
        "505,PRI * HTTP/2.0\\r\\n\\r\\n",
        "501,GET /checkpoint HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
        "413,GET /checkpoint HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 5\\r\\n\\r\\nhello",
        "405,PUT /checkpoint HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 999999999\\r\\n\\r\\n",
        "417,GET /checkpoint HTTP/1.1\\r\\nHost: x\\r\\nExpect: miracles\\r\\n\\r\\n",
        "405,POST /checkpoint HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "405,BREW /checkpoint HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
        "405,get /checkpoint HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n",
    })
    void what_is_no_request_for_a_file_ends_the_connection(int status, String request) {
        String bytes = request.replace("\\r", "\r").replace("\\n", "\n").replace("\\0", "\0");
        try (HttpsClient client = connect().send(bytes + HttpsClient.get("/checkpoint"))) {
            var answer = client.answer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(answer.headers().get("allow")).isEqualTo(status == 405 ? "GET, HEAD" : null);
            assertThat(client.ended()).as("nothing behind it was answered").isTrue();
        }
        assertThat(files.asked).isEmpty();
        assertThat(files.open).hasValue(0);
    }

    @Test
    void a_head_has_a_size() {
        String filler = "x".repeat(HttpIntake.HEAD_BYTES_MAX);
        for (var wrong : Map.of(
                        "GET /" + filler + " HTTP/1.1\r\nHost: x\r\n\r\n",
                        414,
                        "GET /checkpoint HTTP/1.1\r\nHost: x\r\nX: " + filler + "\r\n\r\n",
                        431,
                        "GET /checkpoint HTTP/1.1\r\nHost: x\r\n" + "X: y\r\n".repeat(65) + "\r\n",
                        431)
                .entrySet()) {
            try (HttpsClient client = connect().send(wrong.getKey())) {
                assertThat(client.answer().status()).isEqualTo(wrong.getValue());
                assertThat(client.ended()).isTrue();
            }
        }
        String most = "GET /checkpoint HTTP/1.1\r\nHost: x\r\nX: ";
        String padded = most + "x".repeat(HttpIntake.HEAD_BYTES_MAX - most.length() - 4) + "\r\n\r\n";
        try (HttpsClient client = connect().send(padded)) {
            assertThat(client.answer().status()).as("as long as it may be").isEqualTo(200);
        }
    }

    @Test
    void paths_are_handed_on_as_they_came() {
        List<String> odd = List.of(
                "/../journal",
                "/tile/%2e%2e/journal",
                "//checkpoint",
                "/checkpoint?x=1",
                "/checkpoint#f",
                "/CHECKPOINT",
                "/");
        try (HttpsClient client = connect()) {
            odd.forEach(path -> assertThat(client.ask(path).status()).as(path).isEqualTo(404));
        }
        assertThat(files.asked).isEqualTo(odd);
    }

    @Test
    void a_request_that_trickles_in_has_a_time_limit() throws Exception {
        hurry();
        try (HttpsClient client = connect()) {
            long begun = System.nanoTime();
            assertThatThrownBy(() -> {
                        for (byte b : HttpsClient.get("/" + "x".repeat(2_000)).getBytes(StandardCharsets.US_ASCII)) {
                            client.send(String.valueOf((char) b));
                            Thread.sleep(50);
                        }
                        if (client.answer().status() == 408) {
                            throw new IllegalStateException("told");
                        }
                    })
                    .isInstanceOfAny(IllegalStateException.class, java.io.UncheckedIOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        }
        assertThat(files.asked).isEmpty();
    }

    @Test
    void who_says_nothing_is_not_kept() {
        hurry();
        try (HttpsClient client = connect().patience(Duration.ofSeconds(9))) {
            assertThat(client.ended()).as("no request").isTrue();
        }
        try (HttpsClient client = connect().patience(Duration.ofSeconds(9))) {
            assertThat(client.ask("/checkpoint").status()).isEqualTo(200);
            assertThat(client.ended()).as("no second request").isTrue();
        }
        try (HttpsClient client = connect().send("GET /che")) {
            assertThat(client.answer().status()).as("half a request").isEqualTo(408);
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void a_client_that_does_not_read_stops_itself_and_then_goes() {
        hurry();
        files.endless("/endless");
        try (HttpsClient client = connect().send(HttpsClient.get("/endless"))) {
            Site.until(() -> files.read.get() > 0, () -> "nothing was read");
            Site.until(() -> files.open.get() == 0, () -> "it is still sent after " + files.read);
            assertThat(files.read.get())
                    .as("what the kernel buffers, and no more")
                    .isLessThan(32L << 20);
        }
    }

    @Test
    void a_client_that_goes_leaves_no_file_open() {
        files.endless("/endless");
        try (HttpsClient client = connect().send(HttpsClient.get("/endless"))) {
            assertThat(client.answer(false).status()).isEqualTo(200);
        }
        Site.until(() -> files.open.get() == 0, () -> "it is still open");
    }

    @Test
    void a_file_that_cannot_be_read_or_is_shorter_than_it_said_is_no_answer() {
        files.put("/short", new byte[100_000], 200_000, true);
        try (HttpsClient client = connect()) {
            assertThatThrownBy(() -> client.ask("/short")).hasMessageContaining("of 200000 bytes");
        }
        try (HttpsClient client = connect()) {
            var answer = client.ask("/broken");
            assertThat(answer.status()).isEqualTo(500);
            assertThat(answer.text()).doesNotContain("fire");
        }
    }

    @Test
    void one_identity_has_so_many_connections_and_others_have_theirs() {
        south.close();
        south = plan().audits(files, AUDITOR, "spiffe://north.example/other").start();
        List<HttpsClient> open = new ArrayList<>();
        try {
            for (int i = 0; i < HttpPlaces.OF_ONE_MAX; i++) {
                open.add(connect());
                assertThat(open.getLast().ask("/checkpoint").status()).isEqualTo(200);
            }
            try (HttpsClient more = connect()) {
                assertThat(more.answer().status()).isEqualTo(503);
                assertThat(more.ended()).isTrue();
            }
            try (HttpsClient other = HttpsClient.connect(south.address(), northCa.credentials("other"))) {
                assertThat(other.ask("/checkpoint").status()).isEqualTo(200);
            }
            open.removeFirst().close();
            Site.until(
                    () -> {
                        try (HttpsClient again = connect()) {
                            return again.ask("/checkpoint").status() == 200;
                        }
                    },
                    () -> "the place was never given back");
        } finally {
            open.forEach(HttpsClient::close);
        }
    }

    @Test
    void strangers_have_places_of_their_own() {
        HttpPlaces<String> places = new HttpPlaces<>();
        for (int i = 0; i < HttpPlaces.OTHERS_MAX; i++) {
            assertThat(places.enter("c" + i, "s" + i, false)).isTrue();
        }
        assertThat(places.enter("more", "s", false)).isFalse();
        for (int i = 0; i < HttpPlaces.LISTED_MAX; i++) {
            assertThat(places.enter("a" + i, "a" + i / HttpPlaces.OF_ONE_MAX, true))
                    .isTrue();
        }
        assertThat(places.enter("a", "a", true)).isFalse();
        places.leave("a7");
        places.leave("a7");
        assertThat(places.enter("again", "a0", true)).isTrue();
        assertThat(places.enter("once more", "a0", true)).isFalse();
    }

    @Test
    void a_stop_does_not_wait_for_auditors() {
        try (HttpsClient client = connect()) {
            assertThat(client.ask("/checkpoint").status()).isEqualTo(200);
            long begun = System.nanoTime();
            south.close();
            assertThat(client.ended()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(4_500));
        }
    }
}
