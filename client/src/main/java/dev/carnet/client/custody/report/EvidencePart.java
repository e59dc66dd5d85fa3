package dev.carnet.client.custody.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.KeysAt;
import dev.carnet.client.audit.LedgerView;
import dev.carnet.client.custody.EntryRef;
import dev.carnet.client.custody.GivenLedger;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.wire.Limits;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** The entries themselves: read a second time, here and there, and each with the proof that the verified log checkpoint has it. */
final class EvidencePart {
    private final Html out;
    private final Carried carried;

    EvidencePart(Html out, Carried carried) {
        this.out = out;
        this.carried = carried;
    }

    /** Without a ledger's key bindings its entries are nobody's. */
    void takeBindings(GivenLedger ledger) {
        for (KeysAt keys : ledger.result().bindings()) {
            carried.take(new EntryRef(ledger.origin(), keys.index(), Predicate.KEY_BINDING));
        }
    }

    void write(GivenLedger ledger) {
        Map<Long, Predicate> entries = carried.of(ledger.origin());
        var note = ledger.result().checkpoint();
        if (entries.isEmpty() || note == null) {
            return;
        }
        out.raw("<h3>").text(ledger.origin()).raw("</h3>\n");
        LedgerView view = LedgerView.at(ledger.files(), note);
        entries.forEach((index, what) -> {
            out.raw("<details id=\"" + carried.anchor(ledger.origin(), index) + "\"><summary>")
                    .text("#" + index + " " + what.label())
                    .raw("</summary>\n");
            try {
                entry(ledger, view, index);
            } catch (Broken e) {
                out.raw("<p class=\"bad\">")
                        .text("It could not be read a second time: "
                                + e.finding().place() + ": " + e.finding().sentence())
                        .raw("</p>");
            }
            out.raw("</details>\n");
        });
    }

    private void entry(GivenLedger ledger, LedgerView view, long index) throws Broken {
        byte[] bytes = view.entry(index);
        byte[] proof = view.prove(index).encode();
        Dsse envelope = Dsse.parse(bytes);
        String file = "entry-" + index;
        out.raw("<p>");
        download(file + ".dsse.json", "application/json", bytes, "raw bytes");
        out.raw(" · ");
        download(file + ".tlog-proof", "text/plain", proof, "inclusion proof");
        proofOfKeys(ledger, envelope).ifPresent(blob -> {
            out.raw(" · ");
            download("key-proof.json", "application/json", blob, "key proof");
        });
        out.raw("</p>\n<pre>").block(PrettyJson.of(envelope.payload())).raw("</pre>\n<p>Signed by");
        envelope.signatures()
                .forEach(signature -> out.raw(" <code>").text(signature.keyId()).raw("</code>"));
        out.raw("</p>\n<details><summary>The proof as text</summary><pre>")
                .block(new String(proof, UTF_8))
                .raw("</pre></details>\n");
    }

    private void download(String name, String type, byte[] bytes, String words) {
        out.raw("<a download=\"" + name + "\" href=\"data:" + type + ";base64,"
                        + Base64.getEncoder().encodeToString(bytes) + "\">")
                .text(words)
                .raw("</a> (" + bytes.length + " bytes)");
    }

    private static Optional<byte[]> proofOfKeys(GivenLedger ledger, Dsse envelope) {
        if (!(Statement.read(envelope.payload()) instanceof KeyBindingStatement binding)) {
            return Optional.empty();
        }
        try {
            return ledger.files()
                    .read("blobs/sha256/" + binding.proof(), Limits.KEY_PROOF_BYTES_MAX)
                    .filter(blob -> Digests.sha256Hex(blob).equals(binding.proof())); // it is read a second time
        } catch (IOException e) {
            return Optional.empty(); // then it is among the findings
        }
    }
}
