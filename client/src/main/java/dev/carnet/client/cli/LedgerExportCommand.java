package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.Export;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.Trust;
import dev.carnet.proto.log.LogCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger export}. */
@Command(
        name = "export",
        header = "Copy a ledger, consistently, while it grows",
        description = {
            "Copies the ledger of the daemon here, or another, into a directory: tiles, entries, blobs, and at last the log"
                    + " checkpoint. The copy is that of one moment though the ledger grows meanwhile; one that was broken off has no"
                    + " log checkpoint, and is none.",
            "",
            "Nothing is verified but that it is all there; with --verify the copy is verified as `verify` does."
        },
        footer = {
            "",
            "Examples:",
            "  carnet ledger export /mnt/evidence/north",
            "  carnet ledger export /mnt/evidence/south --from https://ledger.example.org/south/ --verify --trust trust.txt",
            "",
            "Exit code: 0 copied, 3 the ledger cannot be read or the directory not be written,",
            "9 copied, and a blob is missing; with --verify that of `verify`."
        })
final class LedgerExportCommand extends AuditCommand {
    @Parameters(index = "0", paramLabel = "DIR", description = "An empty directory, or one that is not there yet.")
    @Nullable
    String to;

    @Option(names = "--from", paramLabel = "DIR|URL", description = "A ledger (default: that of the daemon here).")
    @Nullable
    String from;

    @Option(names = "--verify", description = "Verify the copy.")
    boolean verify;

    @Option(names = "--trust", paramLabel = "FILE", description = "With --verify: whose word counts.")
    @Nullable
    String trustFile;

    LedgerExportCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws Broken, IOException {
        if (trustFile != null && !verify) {
            throw usage("--trust is for --verify");
        }
        Trust trust = trust(trustFile);
        Path directory = absolute("DIR", to);
        AuditProgress progress = new AuditProgress();
        Export.Result result;
        try (var _ = progress("copying", progress)) {
            result = Export.run(files(client, from), directory, progress);
        }
        return verify ? verified(directory, trust) : copied(directory, result);
    }

    private ExitCode verified(Path directory, Trust trust) {
        AuditProgress progress = new AuditProgress();
        LedgerCheck.Result result;
        try (var _ = progress("verifying", progress)) {
            result = LedgerCheck.run(new DirectoryFiles(directory), trust, EntryVisitor.NONE, progress);
        }
        if (json) {
            print(LedgerText.json(result));
        } else {
            LedgerText.lines(result).forEach(env::say);
        }
        return exit(result.verdict());
    }

    private ExitCode copied(Path directory, Export.Result result) {
        LogCheckpoint body = result.checkpoint().checkpoint();
        boolean whole = result.missing().isEmpty();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("ok", whole);
            object.put("ledger", directory.toString());
            object.put("origin", body.origin());
            object.put("size", body.size());
            object.put("root", body.root().hex());
            object.put("blobs", result.blobs());
            object.put("findings", LedgerText.findings(result.missing()));
            print(object);
        } else {
            LedgerText.findings(result.missing(), result.missingMore()).forEach(env::say);
            env.say("copied " + Shown.text(body.origin()) + ": " + body.size() + " entries, " + result.blobs()
                    + (result.blobs() == 1 ? " blob" : " blobs") + (whole ? "" : ", NOT ALL that its entries name"));
            env.say("  root       " + body.root().hex());
            env.say("  lies in    " + Shown.text(directory.toString()));
            env.say("  next       carnet ledger verify " + Shown.text(directory.toString()) + " --trust FILE");
        }
        return whole ? ExitCode.OK : ExitCode.INCOMPLETE;
    }
}
