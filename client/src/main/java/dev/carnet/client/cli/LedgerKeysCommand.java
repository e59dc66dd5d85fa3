package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.audit.TrustLines;
import dev.carnet.proto.ledger.KeyBinding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger keys}. */
@Command(
        name = "keys",
        header = "Print the keys of a ledger, as a trust file has them",
        description = {
            "Prints the keys that sign this daemon's log and entries, as lines of a trust file (proto/LEDGER.md, section 4): for its"
                    + " operator, who hands them to auditors and witnesses by another way than the ledger itself.",
            "",
            "Keys that an auditor takes from the ledger under audit prove nothing: anybody could have made it."
        },
        footer = {
            "",
            "Examples:",
            "  carnet ledger keys > north.trust",
            "  carnet ledger keys --witness north >> witnesses.policy",
            "",
            "Exit code: 0 printed, 3 the ledger cannot be read, 5 it does not verify."
        })
final class LedgerKeysCommand extends AuditCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR|URL",
            description = "A ledger (default: that of the daemon here).")
    @Nullable
    String place;

    @Option(
            names = "--witness",
            paramLabel = "NAME",
            description = "Print its keys as a witness of others' logs instead, under this name.")
    @Nullable
    String witness;

    LedgerKeysCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) {
        String name = witness;
        if (name != null && !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw usage("--witness: a name of letters, digits, '.', '_' and '-'");
        }
        AuditProgress progress = new AuditProgress();
        LedgerCheck.Result result;
        try (var _ = progress("verifying", progress)) {
            result = LedgerCheck.run(files(client, place), Trust.NONE, EntryVisitor.NONE, progress);
        }
        if (!result.verifies() || result.bindings().isEmpty()) {
            LedgerText.lines(result).forEach(env.err()::println);
            return exit(result.verdict());
        }
        KeyBinding binding = result.bindings().getLast().binding();
        List<String> lines = new ArrayList<>(name == null ? TrustLines.of(binding) : TrustLines.witness(binding, name));
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", true);
            object.put("origin", binding.list().origin());
            object.put("daemon", binding.list().spiffeId());
            object.put("lines", lines);
            print(object);
        } else {
            env.say("# " + Shown.text(binding.list().spiffeId()) + ", ledger "
                    + Shown.text(binding.list().origin()));
            lines.forEach(line -> env.say(Shown.text(line)));
            if (name == null) {
                env.say("quorum none");
            }
        }
        return ExitCode.OK;
    }
}
