package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.ProofCheck;
import dev.carnet.client.audit.Verdict;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogProof;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger check-proof}. */
@Command(
        name = "check-proof",
        header = "Check a proof that an entry is in a ledger",
        description = {
            "Checks a proof (c2sp.org/tlog-proof@v1) with the entry's bytes and a trust file, and nothing else: neither ledger nor"
                    + " network.",
            "",
            "It shows that the entry is in the log that signed. Who signed the entry itself is seen in the ledger, whose key"
                    + " bindings name the keys."
        },
        footer = {
            "",
            "Examples:",
            "  carnet ledger check-proof receipt.proof --entry receipt.json --trust trust.txt",
            "",
            "Exit code: 0 it is proved and vouched for, 3 a file cannot be read, 5 it is not proved,",
            "9 it is proved, and nobody vouches for the log checkpoint."
        })
final class LedgerCheckProofCommand extends AuditCommand {
    private static final int ENTRY_BYTES_MAX = 0xffff;
    private static final int PROOF_BYTES_MAX = 1 << 20;

    @Parameters(index = "0", paramLabel = "FILE", description = "The proof.")
    @Nullable
    String proofFile;

    @Option(names = "--entry", required = true, paramLabel = "FILE", description = "The entry's bytes.")
    @Nullable
    String entryFile;

    @Option(names = "--trust", paramLabel = "FILE", description = "Whose word counts (proto/LEDGER.md, section 4).")
    @Nullable
    String trustFile;

    LedgerCheckProofCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws IOException {
        LogProof proof = LogProof.parse(bytes(absolute("FILE", proofFile), PROOF_BYTES_MAX));
        byte[] entry = bytes(absolute("FILE", entryFile), ENTRY_BYTES_MAX);
        ProofCheck.Result result = ProofCheck.run(proof, entry, trust(trustFile));
        LogCheckpoint body = proof.checkpoint().checkpoint();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", result.verdict() == Verdict.VERIFIES);
            object.put("verdict", result.verdict().label());
            object.put("origin", body.origin());
            object.put("entry", proof.index());
            object.put("size", body.size());
            object.put("root", body.root().hex());
            object.put("trust", LedgerText.trust(result.vouching()));
            object.put("findings", LedgerText.findings(result.findings()));
            print(object);
        } else {
            env.say(LedgerText.named("origin", body.origin()));
            env.say(LedgerText.named("entry", proof.index() + " of " + body.size()));
            env.say(LedgerText.named("root", body.root().hex()));
            LedgerText.word(result.vouching()).forEach(env::say);
            LedgerText.findings(result.findings(), 0).forEach(env::say);
            env.say("");
            env.say(EntryText.line(proof.index(), entry).strip());
            env.say(verdict(result, Objects.requireNonNull(proofFile)));
        }
        return exit(result.verdict());
    }

    private static String verdict(ProofCheck.Result result, String file) {
        String name = Shown.text(file);
        return switch (result.verdict()) {
            case VERIFIES -> name + " proves that this entry is in the log, and the log checkpoint is vouched for";
            case INCOMPLETE -> name + " proves that this entry is in the log; nobody vouches for the log checkpoint";
            default -> name + " DOES NOT PROVE that this entry is in the log";
        };
    }
}
