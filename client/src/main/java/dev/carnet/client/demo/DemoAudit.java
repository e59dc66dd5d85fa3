package dev.carnet.client.demo;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.Export;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.LedgerDiff;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.SocketFiles;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.audit.TrustLines;
import dev.carnet.client.audit.Verdict;
import dev.carnet.client.custody.Custody;
import dev.carnet.client.custody.report.HtmlReport;
import dev.carnet.client.identity.Identities;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The auditor's part: keys that were handed over at the beginning, copies of both ledgers, verified and compared, and who holds what. */
final class DemoAudit {
    private static final int READY_SECONDS_MAX = 20;

    private final Path folder;
    private final Path trustFile;
    private final List<End> ends;

    /** Files go into {@code folder}, which is made. */
    DemoAudit(Path folder, End sender, End receiver) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.trustFile = folder.resolve("trust.policy");
        this.ends = List.of(sender, receiver);
    }

    Path trustFile() {
        return trustFile;
    }

    /** The copy of a ledger. */
    Path ledger(End end) {
        return folder.resolve(end.name());
    }

    Path report() {
        return folder.resolve("custody.html");
    }

    /** Before anything is moved: what both operators hand to the auditor. The anchors are those of the throwaway CAs. */
    void handOver(Path cas) throws DemoException, IOException, InterruptedException {
        List<String> lines = new ArrayList<>(List.of("# what the operators of both daemons handed over"));
        for (End end : ends) {
            lines.addAll(TrustLines.of(keys(end).bindings().getLast().binding()));
            String domain = SpiffeId.parse(end.spiffeId()).trustDomain();
            try {
                lines.add(TrustLines.ca(
                        domain,
                        Pem.certificates(Files.readString(cas.resolve(domain).resolve(Identities.CA_CERTIFICATE)))
                                .getFirst()));
            } catch (IdentityException e) {
                throw new IOException("the throwaway CA of " + domain + " cannot be read", e);
            }
        }
        lines.add("quorum none");
        Files.write(trustFile, lines);
    }

    /** A daemon publishes its first log checkpoint a moment after its start. */
    private static LedgerCheck.Result keys(End end) throws DemoException, InterruptedException {
        LedgerCheck.Result result = null;
        for (int i = 0; i < READY_SECONDS_MAX * 10; i++) {
            result = LedgerCheck.run(files(end), Trust.NONE, EntryVisitor.NONE);
            if (result.verifies() && !result.bindings().isEmpty()) {
                return result;
            }
            Thread.sleep(100);
        }
        throw new DemoException(
                DemoException.Kind.DOES_NOT_VERIFY,
                "the ledger of the " + end.name() + " does not verify: " + (result == null ? "" : result.findings()));
    }

    private static LedgerFiles files(End end) {
        return new SocketFiles(new CarnetClient(end.socket()));
    }

    /** Copies both, and verifies the copies: from here on no daemon is asked. */
    void audit(Narrator narrator) throws DemoException, IOException {
        try {
            Trust trust = Trust.parse(Files.readAllBytes(trustFile));
            List<LedgerFiles> copies = new ArrayList<>();
            for (End end : ends) {
                var copied = Export.run(files(end), ledger(end), new AuditProgress());
                copies.add(new DirectoryFiles(ledger(end)));
                LedgerCheck.Result result = LedgerCheck.run(copies.getLast(), trust, EntryVisitor.NONE);
                must(result.verdict() == Verdict.VERIFIES, "the ledger of the " + end.name(), result.findings());
                narrator.say(
                        end.name() + ": " + copied.checkpoint().checkpoint().size()
                                + " entries, every hash and signature verified, its keys as they were handed over");
            }
            LedgerDiff.Result diff = LedgerDiff.run(copies.get(0), copies.get(1), trust, new AuditProgress());
            must(diff.verdict() == Verdict.VERIFIES && diff.receipts() > 0, "what both ledgers say", diff.findings());
            narrator.say("the receipt is in both, in the same bytes");
            report(copies, trust, narrator);
        } catch (Broken | Custody.SameOriginException e) {
            throw new DemoException(DemoException.Kind.DOES_NOT_VERIFY, String.valueOf(e.getMessage()), e);
        }
    }

    private void report(List<LedgerFiles> copies, Trust trust, Narrator narrator)
            throws DemoException, IOException, Broken, Custody.SameOriginException {
        Custody custody = Custody.audit(copies, trust, new AuditProgress());
        must(custody.verdict() == Verdict.VERIFIES, "custody", custody.missing());
        custody.checkpoints(checkpoint -> checkpoint
                .copies()
                .forEach(copy -> narrator.say("copy: "
                        + copy.state().label() + " at " + copy.holder()
                        + (copy.volume().isEmpty() ? "" : ", " + copy.volume() + "/" + copy.name()) + ", since "
                        + copy.since())));
        try (Writer out = Files.newBufferedWriter(report())) {
            HtmlReport.write(custody, new HtmlReport.About(Optional.of(trustFile.toString()), Instant.now()), out);
        }
        narrator.done("who holds what, with the evidence: " + report());
    }

    private static void must(boolean holds, String what, List<?> findings) throws DemoException {
        if (!holds) {
            throw new DemoException(DemoException.Kind.DOES_NOT_VERIFY, what + " does not verify: " + findings);
        }
    }
}
