package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogProof;
import java.util.List;

/** Whether an entry is in a log, by a proof alone: no ledger is read. The entry's own signature needs the key binding, and is not asked here. */
public final class ProofCheck {
    private ProofCheck() {}

    /**
     * What came out.
     *
     * @param vouching who vouches for the log checkpoint, where the proof leads to it
     * @param findings what does not hold
     * @param verdict what they mean
     */
    public record Result(Vouching vouching, List<Finding> findings, Verdict verdict) {}

    /** Checks the proof with the entry's bytes, and the proof's log checkpoint with a trust file. */
    public static Result run(LogProof proof, byte[] entry, Trust trust) {
        Findings findings = new Findings();
        Vouching vouching = Vouching.NOBODY;
        try {
            proof.check(entry);
            own(proof, entry, findings);
            vouching = new TrustCheck(trust, proof.checkpoint(), Kind.LOG_SIGNATURE, findings::add).run(List.of());
        } catch (LogException e) {
            findings.add(new Finding(
                    Kind.PROOF,
                    "entry " + proof.index() + " of "
                            + proof.checkpoint().checkpoint().size(),
                    String.valueOf(e.getMessage())));
        }
        return new Result(vouching, findings.list(), findings.verdict());
    }

    /** It says something, and in this ledger. */
    private static void own(LogProof proof, byte[] entry, Findings findings) {
        String origin = proof.checkpoint().checkpoint().origin();
        try {
            Statement says = Statement.read(Dsse.parse(entry).payload());
            boolean own = says.origin().equals(origin)
                    || switch (says) {
                        case Seal seal -> seal.destination().origin().equals(origin);
                        case TransferReceipt receipt ->
                            receipt.source().origin().equals(origin);
                        default -> false;
                    };
            if (!own) {
                findings.add(EntryCheck.finding(Kind.ENTRY, proof.index(), "it is of the ledger " + says.origin()));
            }
        } catch (StatementException e) {
            findings.add(EntryCheck.finding(Kind.ENTRY, proof.index(), String.valueOf(e.getMessage())));
        }
    }
}
