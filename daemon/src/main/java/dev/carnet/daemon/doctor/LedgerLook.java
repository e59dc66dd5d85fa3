package dev.carnet.daemon.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether the ledger is published, and whether a peer's has two histories, or may have. */
public final class LedgerLook implements Check {
    private final Supplier<Facts> facts;

    /**
     * As it is now.
     *
     * @param waiting what publication waits for, as a sentence; empty where it waits for nothing
     * @param forked configured peers (SPIFFE IDs) whose log has two histories, each with a sentence
     * @param unproven those whose log is not cosigned, since they do not prove that it goes on from what is on record; likewise
     */
    public record Facts(Optional<String> waiting, Map<String, String> forked, Map<String, String> unproven) {}

    LedgerLook(Supplier<Facts> facts) {
        this.facts = facts;
    }

    @Override
    public String name() {
        return "ledger";
    }

    @Override
    public List<Finding> look() {
        Facts now = facts.get();
        List<Finding> findings = new ArrayList<>();
        now.forked()
                .forEach((peer, why) -> findings.add(Finding.error(
                        name(),
                        peer + ": " + why,
                        "ask its operators, by another way than the daemon, what happened; both log checkpoints are in this ledger"
                                + " (observed-fork). Nothing is exchanged with it until `carnet peer rekey`")));
        now.unproven()
                .forEach((peer, why) -> findings.add(Finding.warning(
                        name(),
                        peer + ": " + why,
                        "ask its operators whether its state was restored from an older copy, and compare a copy of its ledger with an"
                                + " older one (`carnet ledger fork-check`)")));
        now.waiting()
                .ifPresent(
                        why -> findings.add(
                                Finding.error(
                                        name(),
                                        "no receipt is handed out: " + why,
                                        "see to it that the witnesses run and know this ledger (daemon/docs/ledger.md, \"Witnesses\")")));
        if (findings.isEmpty()) {
            findings.add(Finding.ok(name(), "what counts is published, and no peer's log has two histories"));
        }
        return findings;
    }
}
