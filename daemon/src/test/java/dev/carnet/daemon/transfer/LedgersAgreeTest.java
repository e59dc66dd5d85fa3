package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.Export;
import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.LedgerDiff;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.audit.Verdict;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.merkle.MerkleLog;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.log.LogKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What two daemons have really logged of transfers between them, as an auditor sees it. */
@Timeout(300)
class LedgersAgreeTest {
    @TempDir
    private Path work;

    private Site source;
    private Site destination;
    private final Map<Site, MerkleLog> logs = new HashMap<>();

    @BeforeEach
    void begin() throws Exception {
        Map<String, X509Certificate> anchors = new HashMap<>();
        source = new Site(work.resolve("s"), "source.example", anchors);
        destination = new Site(work.resolve("d"), "destination.example", anchors);
        FakeLine line = new FakeLine(source.spiffeId, source.origin(), destination.spiffeId, destination.origin());
        source.start(line.end(0), line.end(0).pool(), destination.spiffeId);
        destination.start(line.end(1), line.end(1).pool(), source.spiffeId);
        line.connect();
    }

    @AfterEach
    void end() {
        source.close();
        destination.close();
    }

    private void transfer(String name) throws Exception {
        Path model = Files.createDirectories(source.volumePath().resolve(name));
        Files.write(model.resolve("weights"), name.repeat(1000).getBytes(UTF_8));
        String id = source.engine()
                .push(new PushRequest("local", Caller.DAEMON, model.toString(), "peer", "v", name, false, 0, 0))
                .id();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!(finished(source, id) && finished(destination, id))) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    private static boolean finished(Site site, String id) {
        return site.engine().get(id).filter(TransferView::finished).isPresent();
    }

    /** A copy as the daemon's log is now. */
    private DirectoryFiles copy(Site site, String name) throws Exception {
        Path directory = site.root.resolve("state/ledger");
        logs.computeIfAbsent(
                        site,
                        key -> MerkleLog.open(
                                directory,
                                key.store(),
                                key.ledger(),
                                body -> key.ledger().keys().signLog(body, Instant.now())))
                .advance();
        Path to = work.resolve(name);
        assertThat(Export.run(new DirectoryFiles(directory), to, new AuditProgress())
                        .missing())
                .isEmpty();
        return new DirectoryFiles(to);
    }

    /** What an auditor has been told of both: the CA of each, and the key of each log. */
    private Trust trust() throws Exception {
        StringBuilder text = new StringBuilder("quorum none\n");
        for (Site site : new Site[] {source, destination}) {
            var binding = (KeyBindingStatement) site.entries().getFirst();
            var ca = Pem.certificates(Files.readString(site.root.resolve("ca").resolve(Identities.CA_CERTIFICATE)))
                    .getFirst();
            text.append("log ")
                    .append(LogKeys.log(site.origin(), binding.list().keys().log())
                            .getFirst()
                            .vkey())
                    .append("\nca ")
                    .append(site.spiffeId.split("/")[2])
                    .append(' ')
                    .append(Base64.getEncoder().encodeToString(ca.getEncoded()))
                    .append('\n');
        }
        return Trust.parse(text.toString().getBytes(UTF_8));
    }

    @Test
    void receipts_seals_and_intents_of_real_transfers_are_in_both_ledgers() throws Exception {
        transfer("one");
        DirectoryFiles early = copy(destination, "early");
        transfer("two");
        DirectoryFiles a = copy(source, "a");
        DirectoryFiles b = copy(destination, "b");
        Trust trust = trust();
        assertThat(LedgerCheck.run(a, trust, EntryVisitor.NONE).findings()).isEmpty();
        LedgerDiff.Result result = LedgerDiff.run(a, b, trust, new AuditProgress());
        assertThat(result.findings()).isEmpty();
        assertThat(result.receipts()).isEqualTo(2);
        assertThat(result.verdict()).isEqualTo(Verdict.VERIFIES);
        LedgerDiff.Result older = LedgerDiff.run(early, a, trust, new AuditProgress());
        assertThat(older.receipts()).isEqualTo(1);
        assertThat(older.findings())
                .as("of the second transfer, which the older copy knows nothing of")
                .extracting(Finding::kind)
                .contains(Kind.RECEIPT_MISSING, Kind.INTENT_MISSING);
        assertThat(older.verdict()).isEqualTo(Verdict.INCOMPLETE);
        assertThat(LedgerDiff.run(a, b, Trust.NONE, new AuditProgress()).verdict())
                .as("nobody's word is asked")
                .isEqualTo(Verdict.INCOMPLETE);
    }
}
