package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.Trust;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger verify}. */
@Command(
        name = "verify",
        header = "Verify a ledger: every entry, tile, signature and blob",
        description = {
            "Derives every tile and the root again from the entries, verifies every signature and key binding, and hashes every"
                    + " blob. Each finding names the rule (proto/LEDGER.md, section 3), the file and the entry.",
            "",
            "Without --trust the answer is at best 'consistent with itself', and ends with 9."
        },
        footer = {
            "",
            "Examples:",
            "  carnet ledger verify /mnt/evidence/north --trust trust.txt",
            "  carnet ledger verify https://ledger.example.org/north/ --trust trust.txt --json",
            "",
            "Exit code: 0 it verifies, 3 it cannot be read, 5 it does not verify,",
            "9 it verifies, and something is missing or nobody vouches for it."
        })
final class LedgerVerifyCommand extends AuditCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR|URL",
            description = "A ledger (default: that of the daemon here).")
    @Nullable
    String place;

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "Whose word counts (proto/LEDGER.md, section 4): log keys, witnesses, entry keys, CAs.")
    @Nullable
    String trustFile;

    LedgerVerifyCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws IOException {
        Trust trust = trust(trustFile);
        AuditProgress progress = new AuditProgress();
        LedgerCheck.Result result;
        try (var _ = progress("verifying", progress)) {
            result = LedgerCheck.run(files(client, place), trust, EntryVisitor.NONE, progress);
        }
        if (json) {
            print(LedgerText.json(result));
        } else {
            LedgerText.lines(result).forEach(env::say);
        }
        return exit(result.verdict());
    }
}
