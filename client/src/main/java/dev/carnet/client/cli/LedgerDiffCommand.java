package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.LedgerDiff;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.Verdict;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger diff}. */
@Command(
        name = "diff",
        header = "Compare what two ledgers say of each other",
        description = {
            "Verifies two ledgers and compares what names both: every receipt, seal and intent of the one that the other has to have,"
                    + " joined by the SHA-256 of the statement (proto/LEDGER.md, section 5).",
            "",
            "Where B is left out it is the ledger of the daemon here. Copies of different age miss things of each other: that is"
                    + " told apart from what is wrong."
        },
        footer = {
            "",
            "Examples:",
            "  carnet ledger diff /mnt/evidence/north /mnt/evidence/south --trust trust.txt",
            "",
            "Exit code: 0 they agree, 3 one cannot be read, 5 one does not verify, or they contradict each other,",
            "9 nothing is wrong, and something is missing or nobody vouches for it."
        })
final class LedgerDiffCommand extends AuditCommand {
    @Parameters(arity = "1..2", paramLabel = "DIR|URL", description = "Two ledgers.")
    List<String> given = List.of();

    @Option(names = "--trust", paramLabel = "FILE", description = "Whose word counts (proto/LEDGER.md, section 4).")
    @Nullable
    String trustFile;

    LedgerDiffCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws Broken, IOException {
        LedgerFiles a = files(client, given.getFirst());
        LedgerFiles b = files(client, given.size() == 2 ? given.getLast() : null);
        AuditProgress progress = new AuditProgress();
        LedgerDiff.Result result;
        try (var _ = progress("comparing", progress)) {
            result = LedgerDiff.run(a, b, trust(trustFile), progress);
        } catch (IllegalArgumentException e) {
            throw usage(e.getMessage() + ": `carnet ledger fork-check` compares copies of one log");
        }
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", result.verdict() == Verdict.VERIFIES);
            object.put("verdict", result.verdict().label());
            object.put("a", LedgerText.json(result.a()));
            object.put("b", LedgerText.json(result.b()));
            object.put("receipts", result.receipts());
            object.put("findings", LedgerText.findings(result.findings()));
            object.put("findings_more", result.findingsMore());
            print(object);
        } else {
            say(result);
        }
        return exit(result.verdict());
    }

    private void say(LedgerDiff.Result result) {
        LedgerText.lines(result.a()).forEach(env::say);
        env.say("");
        LedgerText.lines(result.b()).forEach(env::say);
        if (!result.a().verifies() || !result.b().verifies()) {
            env.say("Not compared: of a ledger that does not verify nothing is believed.");
            return;
        }
        LedgerText.findings(result.findings(), result.findingsMore()).forEach(env::say);
        env.say("");
        env.say(compared(result));
    }

    private static String compared(LedgerDiff.Result result) {
        String both = name(result.a()) + " and " + name(result.b());
        String receipts = result.receipts() == 1 ? "one receipt is" : result.receipts() + " receipts are";
        boolean wrong =
                result.findings().stream().anyMatch(finding -> finding.kind().weight() != Finding.Weight.MISSING);
        return both
                + (result.findings().isEmpty()
                        ? " agree: "
                        : wrong
                                ? " CONTRADICT EACH OTHER: "
                                : " do not contradict each other, but something is missing: ")
                + receipts + " in both, in the same bytes";
    }

    private static String name(LedgerCheck.Result result) {
        var note = result.checkpoint();
        return Shown.text(note == null ? result.name() : note.checkpoint().origin());
    }
}
