package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.ConsistencyProof;
import dev.carnet.client.audit.LedgerView;
import dev.carnet.client.audit.Sighting;
import dev.carnet.proto.log.LogException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger consistency}. */
@Command(
        name = "consistency",
        header = "Prove that a ledger has only grown",
        description = {
            "Proves that the larger of two log checkpoints goes on from the smaller one: that nothing of what was there has been"
                    + " changed or taken away. Each is a ledger, or a file with a log checkpoint that was kept; the larger one is a"
                    + " ledger, or --proof is given. Where B is left out it is the ledger of the daemon here.",
            "",
            "Who signed the log checkpoints is not asked here: `verify` and `fork-check` do."
        },
        footer = {
            "",
            "Examples:",
            "  carnet ledger consistency kept/checkpoint https://ledger.example.org/north/",
            "  carnet ledger consistency kept/checkpoint /mnt/evidence/north --out growth.proof",
            "  carnet ledger consistency kept/checkpoint --proof growth.proof",
            "",
            "Exit code: 0 it has only grown, 3 it cannot be read, 5 it has not: `carnet ledger fork-check` says more."
        })
final class LedgerConsistencyCommand extends AuditCommand {
    @Parameters(
            arity = "1..2",
            paramLabel = "DIR|URL|FILE",
            description = "Ledgers, or files with a log checkpoint, in any order.")
    List<String> given = List.of();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE",
            description = "Write the proof, in the form in which witnesses are asked (C2SP tlog-witness).")
    @Nullable
    String out;

    @Option(
            names = "--proof",
            paramLabel = "FILE",
            description = "A proof that was written before, in place of a ledger.")
    @Nullable
    String proofFile;

    LedgerConsistencyCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws Broken, IOException {
        if (proofFile != null && (given.size() == 2 || out != null)) {
            throw usage("with --proof there is one log checkpoint, and nothing to write");
        }
        Sighting one = sighting(client, given.getFirst());
        Sighting smaller = one;
        ConsistencyProof proof;
        if (proofFile != null) {
            proof = ConsistencyProof.parse(bytes(absolute("FILE", proofFile), ConsistencyProof.BYTES_MAX));
        } else {
            Sighting other = sighting(client, given.size() == 2 ? given.getLast() : null);
            boolean first =
                    one.note().checkpoint().size() <= other.note().checkpoint().size();
            smaller = first ? one : other;
            proof = made(smaller, first ? other : one);
        }
        return judge(smaller, proof);
    }

    private ConsistencyProof made(Sighting smaller, Sighting larger) throws Broken {
        long old = smaller.note().checkpoint().size();
        if (old == larger.note().checkpoint().size()) {
            return new ConsistencyProof(old, List.of(), larger.note());
        }
        if (larger.files().isEmpty()) {
            throw usage("the larger one, " + Shown.text(larger.name())
                    + ", is a log checkpoint alone: a ledger is needed that has its entries, or --proof");
        }
        return new ConsistencyProof(
                old, LedgerView.at(larger.files().get(), larger.note()).consistency(old), larger.note());
    }

    private ExitCode judge(Sighting smaller, ConsistencyProof proof) throws IOException {
        long from = smaller.note().checkpoint().size();
        long to = proof.checkpoint().checkpoint().size();
        try {
            proof.check(smaller.note());
        } catch (LogException e) {
            return failed(
                    Failure.BAD_LEDGER,
                    "the log of " + to + " entries DOES NOT GO ON from that of " + from + ": " + e.getMessage());
        }
        if (out != null) {
            write(out, proof.encode());
        }
        String origin = proof.checkpoint().checkpoint().origin();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", true);
            object.put("origin", origin);
            object.put("from", from);
            object.put("to", to);
            object.put("hashes", proof.hashes().size());
            print(object);
        } else {
            env.say(Shown.text(origin) + " has only grown: the log of " + to + " entries begins with that of " + from
                    + (out == null ? "" : "; the proof is in " + Shown.text(out)));
        }
        return ExitCode.OK;
    }
}
