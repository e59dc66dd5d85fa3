package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.LedgerView;
import dev.carnet.client.audit.Signer;
import dev.carnet.client.audit.Signers;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.log.Merkle;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code carnet ledger show}. */
@Command(
        name = "show",
        header = "Show one entry: what it says, who signed it",
        description = {
            "Shows one entry in full, with the keys that signed it, and proves that it is in the tree of the log checkpoint. The rest"
                    + " of the ledger is not verified.",
            "",
            "DIGEST is the SHA-256 of the statement (what receipts and other ledgers call it) or the entry's hash in the tree."
        },
        footer = {
            "",
            "Examples:",
            "  carnet ledger show 17",
            "  carnet ledger show /mnt/evidence/north 17 --raw > entry.json",
            "",
            "Exit code: 0 shown, 3 there is no such entry or it cannot be read, 5 it is not in the tree, or no entry."
        })
final class LedgerShowCommand extends AuditCommand {
    @Parameters(
            arity = "1..2",
            paramLabel = "[DIR|URL] INDEX|DIGEST",
            description = "A ledger (default: that of the daemon here), and which entry: a number from 0, or a digest.")
    List<String> given = List.of();

    @Option(names = "--raw", description = "The entry's bytes and nothing else: a DSSE envelope.")
    boolean raw;

    LedgerShowCommand(Env env) {
        super(env);
    }

    @Override
    ExitCode audit(CarnetClient client) throws Broken, IOException {
        if (raw && json) {
            throw usage("--raw and --json are two forms: one of them");
        }
        LedgerView view = LedgerView.open(files(client, given.size() == 2 ? given.getFirst() : null));
        OptionalLong found = find(view, given.getLast());
        if (found.isEmpty()) {
            return failed(
                    Failure.BAD_FILE,
                    "no entry " + Shown.text(given.getLast()) + " among the " + view.size() + " of "
                            + view.checkpoint().checkpoint().origin());
        }
        long index = found.getAsLong();
        byte[] entry = view.entry(index);
        if (raw) {
            String text = new String(entry, StandardCharsets.UTF_8);
            if (!Arrays.equals(text.getBytes(StandardCharsets.UTF_8), entry)) {
                return failed(Failure.BAD_LEDGER, "entry " + index + " is no entry: it is not even text");
            }
            env.out().print(text);
            env.out().flush();
            return ExitCode.OK;
        }
        view.prove(index);
        return say(view, index, entry);
    }

    private OptionalLong find(LedgerView view, String what) throws Broken {
        if (what.matches("[0-9]{1,18}")) {
            long index = Long.parseLong(what);
            return index < view.size() ? OptionalLong.of(index) : OptionalLong.empty();
        }
        if (!what.matches("[0-9a-fA-F]{64}")) {
            throw usage("'" + Shown.text(what) + "' is neither a number nor a digest of 64 hex digits");
        }
        AuditProgress progress = new AuditProgress();
        try (var _ = progress("looking for it", progress)) {
            return view.find(what, progress);
        }
    }

    private ExitCode say(LedgerView view, long index, byte[] entry) throws Broken {
        Dsse dsse;
        Statement says;
        try {
            dsse = Dsse.parse(entry);
            says = Statement.read(dsse.payload());
        } catch (StatementException e) {
            return failed(Failure.BAD_LEDGER, "entry " + index + " is in the tree, and is no entry: " + e.getMessage());
        }
        List<Signer> signers = Signers.of(view, dsse, says);
        if (json) {
            Map<String, Object> object = EntryText.json(index, entry);
            object.put("ok", true);
            object.put("leaf", Merkle.leaf(entry).hex());
            object.put(
                    "signatures", signers.stream().map(LedgerShowCommand::json).toList());
            print(object);
            return ExitCode.OK;
        }
        env.say(LedgerText.named(
                "entry", index + " of " + view.size() + ", " + says.predicate().label()));
        env.say(LedgerText.named("digest", dsse.payloadDigest()));
        env.say(LedgerText.named("leaf", Merkle.leaf(entry).hex() + " (it leads to the root of the log checkpoint)"));
        signers.forEach(signer -> env.say(LedgerText.named("signed", line(signer, says))));
        env.say("");
        EntryText.members(dsse.payload()).forEach(env::say);
        return ExitCode.OK;
    }

    private static String line(Signer signer, Statement says) {
        return String.format(Locale.ROOT, "%-9s ", signer.algorithm())
                + signer.keyId()
                + switch (signer.state()) {
                    case VERIFIES ->
                        ": verifies with the keys of entry " + signer.binding().orElse(-1);
                    case WRONG ->
                        ": DOES NOT VERIFY with the keys of entry "
                                + signer.binding().orElse(-1);
                    case UNKNOWN -> ": " + other(signer, says);
                };
    }

    /** The key is not this ledger's; a receipt says whose it is. */
    private static String other(Signer signer, Statement says) {
        if (says instanceof TransferReceipt receipt) {
            if (receipt.source().entryKeys().contains(signer.keyId())) {
                return "of " + receipt.source().id() + ", whose ledger has the key: not verified here";
            }
            if (receipt.destination().entryKeys().contains(signer.keyId())) {
                return "of " + receipt.destination().id() + ", whose ledger has the key: not verified here";
            }
        }
        return says instanceof Seal seal
                ? "of " + seal.daemon() + ", whose ledger has the key: not verified here"
                : "a key that this ledger does not name";
    }

    private static Map<String, Object> json(Signer signer) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("key", signer.keyId());
        object.put("algorithm", signer.algorithm());
        object.put("state", signer.state().name().toLowerCase(Locale.ROOT));
        signer.binding().ifPresent(index -> object.put("binding", index));
        return object;
    }
}
