package dev.carnet.client.custody;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one of equal things: the same few daemons, rules and principals stand in every entry, and two ledgers say the same of a transfer. What does not fit is not shared.
 */
final class Words {
    private static final int KEPT_MAX = 10_000;

    private final Map<String, String> kept = new HashMap<>();
    private final List<LedgerFacts> ledgers = new ArrayList<>();

    /** A ledger whose transfers others may share. */
    void add(LedgerFacts ledger) {
        ledgers.add(ledger);
    }

    String one(String word) {
        String known = kept.get(word);
        if (known != null) {
            return known;
        }
        if (kept.size() < KEPT_MAX) {
            kept.put(word, word);
        }
        return word;
    }

    /** What another ledger knows of a transfer. */
    @Nullable
    TransferFacts elsewhere(TransferId id, LedgerFacts here) {
        for (LedgerFacts ledger : ledgers) {
            TransferFacts facts = ledger == here ? null : ledger.transfer(id);
            if (facts != null) {
                return facts;
            }
        }
        return null;
    }
}
