package dev.carnet.client.custody;

import dev.carnet.client.audit.Finding;

/**
 * An entry that another ledger does not bear out, or contradicts (LEDGER.md, section 5).
 *
 * @param origin of the ledger that has the entry
 * @param index of the entry
 * @param kind which rule does not hold
 */
public record Doubt(String origin, long index, Finding.Kind kind) {
    /** Whether something is wrong there, and not only missing. */
    public boolean wrong() {
        return kind.weight() != Finding.Weight.MISSING;
    }
}
