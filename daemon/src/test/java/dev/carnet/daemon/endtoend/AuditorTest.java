package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.Transfer;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.transport.Credentials;
import dev.carnet.daemon.transport.HttpsClient;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.ledger.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real daemon's ledger, read over its one port while it runs, by somebody who has an auditor's certificate and nothing else. */
@Timeout(180)
class AuditorTest {
    private static final String BUREAU = "spiffe://bureau.example/auditor";

    @TempDir
    private Path work;

    /** The ledger as it comes over the network. */
    private static final class Served implements LedgerFiles, AutoCloseable {
        final Map<String, byte[]> read = new ConcurrentSkipListMap<>();
        private final HttpsClient client;

        Served(InetSocketAddress address, Credentials own) {
            this.client = HttpsClient.connect(address, own);
        }

        @Override
        public synchronized Optional<InputStream> open(String path) throws IOException {
            HttpsClient.Answer answer = client.ask("/" + path);
            if (answer.status() == 404) {
                return Optional.empty();
            }
            if (answer.status() != 200) {
                throw new IOException(answer.status() + " " + answer.text());
            }
            read.put(path, answer.body());
            return Optional.of(new ByteArrayInputStream(answer.body()));
        }

        @Override
        public String name() {
            return "https";
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private Credentials issue(Authority ca, String id, String folder) throws IOException {
        Path own = work.resolve(folder);
        Identities.system().issue(ca, SpiffeId.parse(id), own);
        return Credentials.load(own.resolve(Identities.CERTIFICATE), own.resolve(Identities.KEY));
    }

    @Test
    void an_auditor_reads_and_verifies_the_whole_ledger_of_a_running_daemon() throws Exception {
        try (TwoSites sites = new TwoSites(work, "")) {
            Authority ca = Identities.system().makeAuthority("bureau.example", work.resolve("bureau-ca"));
            Credentials bureau = issue(ca, BUREAU, "bureau");
            Credentials stranger = issue(ca, "spiffe://bureau.example/other", "stranger");
            Path anchor = work.resolve("bureau-ca").resolve(Identities.CA_CERTIFICATE);
            sites.write(
                    "receiver",
                    sites.configText("receiver")
                            .replace(
                                    "[identity.trust]\n", "[identity.trust]\n\"bureau.example\" = \"" + anchor + "\"\n")
                            .replace("[limits]", "[[auditor]]\nalias = \"bureau\"\nid = \"" + BUREAU + "\"\n[limits]"));
            Checkpoints.make(sites.out().resolve("model"), 5, 1 << 20, 1);
            sites.startBoth();
            Transfer done = sites.awaitEnd(
                    sites.sender(),
                    sites.push(sites.out().resolve("model"), "m").id());
            assertThat(done.code()).isEmpty();
            InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), sites.port);
            Map<String, byte[]> read;
            try (Served served = new Served(at, bureau)) {
                LedgerCheck.Result result = LedgerCheck.run(served, Trust.NONE, EntryVisitor.NONE);
                assertThat(result.findings())
                        .extracting(Finding::kind)
                        .as("nobody's word was asked for, and nothing else is found")
                        .containsExactly(Finding.Kind.TRUST);
                assertThat(result.daemon()).contains(TwoSites.RECEIVER);
                assertThat(Objects.requireNonNull(result.checkpoint())
                                .checkpoint()
                                .size())
                        .isGreaterThan(4);
                read = served.read;
                assertThat(read.keySet()).anyMatch(path -> path.startsWith("tile/entries/"));
                assertThat(read.keySet()).anyMatch(path -> path.startsWith("blobs/sha256/"));
                for (String other :
                        new String[] {"journal", "journal/metadata.cq4t", "lock", "../db/data.mdb", "../keys"}) {
                    assertThat(served.open(other)).as(other).isEmpty();
                }
            }
            Path ledger = sites.folder("receiver").resolve("state/ledger");
            for (Map.Entry<String, byte[]> file : read.entrySet()) {
                if (!file.getKey().equals("checkpoint")) {
                    assertThat(file.getValue())
                            .as(file.getKey())
                            .isEqualTo(Files.readAllBytes(ledger.resolve(file.getKey())));
                }
            }
            refused(
                    at,
                    Credentials.load(
                            sites.folder("sender").resolve("identity").resolve(Identities.CERTIFICATE),
                            sites.folder("sender").resolve("identity").resolve(Identities.KEY)),
                    TwoSites.SENDER);
            refused(at, stranger, "spiffe://bureau.example/other");
            sites.receiver().stop(); // what was counted is recorded on the way out
            assertThat(Journals.read(sites.folder("receiver").resolve("state"), Refusal.class))
                    .extracting(refusal -> refusal.peer().orElse("") + " " + refusal.code())
                    .contains(TwoSites.SENDER + " POLICY");
        }
    }

    private static void refused(InetSocketAddress at, Credentials own, String id) {
        try (HttpsClient client = HttpsClient.connect(at, own)) {
            HttpsClient.Answer answer = client.ask("/checkpoint");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.text()).contains(id + " is good, but it is no auditor of " + TwoSites.RECEIVER);
        }
    }

    @Test
    void the_local_socket_gives_the_same_bytes() throws Exception {
        try (TwoSites sites = new TwoSites(work, "")) {
            sites.startReceiver();
            awaitCheckpoint(sites);
            Path ledger = sites.folder("receiver").resolve("state/ledger");
            List<Path> files;
            try (Stream<Path> tiles = Files.walk(ledger.resolve("tile"));
                    Stream<Path> blobs = Files.walk(ledger.resolve("blobs"))) {
                files = Stream.concat(tiles, blobs).filter(Files::isRegularFile).toList();
            }
            assertThat(files).hasSizeGreaterThan(2);
            for (Path file : files) {
                byte[] answer =
                        curl(sites.socket("receiver"), ledger.relativize(file).toString());
                assertThat(answer).isEqualTo(Files.readAllBytes(file));
            }
            assertThat(new String(curl(sites.socket("receiver"), "checkpoint")))
                    .startsWith("receiver.example/carnetd\n");
            assertThatThrownBy(() -> curl(sites.socket("receiver"), "journal")).hasMessageContaining("404");
        }
    }

    private static void awaitCheckpoint(TwoSites sites) {
        for (int i = 0; !Files.exists(sites.folder("receiver").resolve("state/ledger/checkpoint")); i++) {
            assertThat(i).as("no checkpoint was published").isLessThan(1_000);
            DaemonProcess.pause();
        }
    }

    private static byte[] curl(Path socket, String path) throws Exception {
        Process curl = new ProcessBuilder(
                        "curl",
                        "--silent",
                        "--show-error",
                        "--fail",
                        "--unix-socket",
                        socket.toString(),
                        "http://localhost/v1/ledger/" + path)
                .start();
        byte[] body = curl.getInputStream().readAllBytes();
        assertThat(curl.waitFor())
                .as(new String(curl.getErrorStream().readAllBytes()))
                .isZero();
        return body;
    }
}
