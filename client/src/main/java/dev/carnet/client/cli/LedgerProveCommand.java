package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.LedgerView;
import dev.carnet.proto.log.LogProof;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger prove}. */
@Command(
        name = "prove",
        header = "Make a proof that an entry is in a ledger",
        description = {
            "Makes a proof that an entry is in the tree of the log checkpoint (c2sp.org/tlog-proof@v1): whoever has it and the"
                    + " entry needs neither the ledger nor this command. It is checked before it is given out."
        },
        footer = {
            "",
            "Examples:",
            "  carnet ledger prove 17 --out receipt.proof --entry receipt.json",
            "  carnet ledger check-proof receipt.proof --entry receipt.json --trust trust.txt"
        })
final class LedgerProveCommand extends AuditCommand {
    @Parameters(
            arity = "1..2",
            paramLabel = "[DIR|URL] INDEX",
            description = "A ledger (default: that of the daemon here), and which entry, from 0.")
    List<String> given = List.of();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Where the proof goes (default: standard output). A file that is there is not replaced.")
    @Nullable
    String out;

    @Option(names = "--entry", paramLabel = "FILE", description = "Write the entry's bytes too: the proof is of them.")
    @Nullable
    String entryFile;

    LedgerProveCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws Broken, IOException {
        if (!given.getLast().matches("[0-9]{1,18}")) {
            throw usage("INDEX is a number from 0, not '" + Shown.text(given.getLast()) + "'");
        }
        long index = Long.parseLong(given.getLast());
        LedgerView view = LedgerView.open(files(client, given.size() == 2 ? given.getFirst() : null));
        if (index >= view.size()) {
            return failed(
                    Failure.BAD_FILE,
                    "no entry " + index + " among the " + view.size() + " of "
                            + view.checkpoint().checkpoint().origin());
        }
        LogProof proof = view.prove(index);
        if (entryFile != null) {
            write(entryFile, view.entry(index));
        }
        if (out != null) {
            write(out, proof.encode());
        }
        String text = new String(proof.encode(), StandardCharsets.UTF_8);
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", true);
            object.put("origin", view.checkpoint().checkpoint().origin());
            object.put("entry", index);
            object.put("size", view.size());
            object.put("root", view.checkpoint().checkpoint().root().hex());
            object.put("proof", text);
            print(object);
        } else if (out == null) {
            env.out().print(text);
            env.out().flush();
        } else {
            env.say("entry " + index + " is in the log of " + view.size() + " entries: the proof is in "
                    + Shown.text(out));
        }
        return ExitCode.OK;
    }
}
