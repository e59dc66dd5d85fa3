package dev.carnet.client.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.custody.Custody;
import dev.carnet.client.custody.Summary;
import dev.carnet.client.custody.report.HtmlReport;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet custody}. */
@Command(
        name = "custody",
        header = "Who holds which copy, by the word of many ledgers",
        description = {
            "Verifies the ledgers of many daemons, compares each two, and says of every checkpoint where each copy is, since when, from whom, at whose"
                    + " request and by which rules, when it was last verified, and which were released or destroyed"
                    + " (proto/LEDGER.md, section 6). Needs no daemon.",
            "",
            "Copies that are possible, partial or by one side's word alone, ledgers that others name and that are not given, and"
                    + " what ledgers say that others do not bear out are marked with '!'. What a ledger says that does not"
                    + " verify is left out, and so are receipts and seals that another ledger contradicts."
        },
        footer = {
            "",
            "Examples:",
            "  carnet custody /mnt/evidence/north /mnt/evidence/south --trust trust.txt",
            "  carnet custody /mnt/evidence/* --trust trust.txt --html custody.html",
            "",
            "Exit code: 0 all ledgers verify and agree, 3 one cannot be read, 5 one does not verify, or two contradict each other,",
            "9 they verify, and something is missing or nobody vouches for it."
        })
final class CustodyCommand extends AuditCommand {
    @Parameters(arity = "1..*", paramLabel = "DIR|URL", description = "Ledgers, each of another daemon.")
    List<String> given = List.of();

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "Whose word counts (proto/LEDGER.md, section 4): log keys, witnesses, entry keys, CAs.")
    @Nullable
    String trustFile;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "Write a report that needs nothing else, to read, keep and print; FILE must not be there yet.")
    @Nullable
    String html;

    CustodyCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws Broken, IOException {
        List<LedgerFiles> files = new ArrayList<>();
        for (String place : given) {
            files.add(files(client, place));
        }
        Custody custody = custody(files, trust(trustFile));
        Optional<String> trust = Optional.ofNullable(trustFile);
        if (json) {
            custody.json(env.out());
            env.say("");
        }
        if (html != null) {
            Path report = report(custody, trust, html);
            if (!json) {
                new CustodyText(custody, env::say).ledgers(trust);
                new CustodyText(custody, env::say).summary(Summary.of(custody));
                env.say("The report is in " + Shown.text(report.toString()));
            }
        } else if (!json) {
            new CustodyText(custody, env::say).all(Summary.of(custody), trust);
        }
        return exit(custody.verdict());
    }

    private Custody custody(List<LedgerFiles> files, Trust trust) throws Broken {
        AuditProgress progress = new AuditProgress();
        try (var _ = progress("verifying", progress)) {
            return Custody.audit(files, trust, progress);
        } catch (Custody.SameOriginException e) {
            throw usage(Shown.text(String.valueOf(e.getMessage())) + " (`carnet ledger fork-check` compares them)");
        }
    }

    /** A report that was begun and could not be ended is removed. */
    private Path report(Custody custody, Optional<String> trust, String name) throws IOException {
        Path file = HerePath.absolute(name, "FILE", this::usage);
        try (Writer out = Files.newBufferedWriter(
                file, UTF_8, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            boolean done = false;
            try {
                HtmlReport.write(custody, new HtmlReport.About(trust, Instant.now()), out);
                out.flush();
                done = true;
            } finally {
                if (!done) {
                    Files.deleteIfExists(file);
                }
            }
        }
        return file;
    }
}
