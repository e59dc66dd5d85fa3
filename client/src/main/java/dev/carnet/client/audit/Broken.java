package dev.carnet.client.audit;

import java.io.Serial;

/** A finding after which nothing more can be said of the rest. */
public final class Broken extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Finding finding;

    Broken(Finding.Kind kind, String place, String sentence) {
        super(sentence);
        this.finding = new Finding(kind, place, sentence);
    }

    /** The same, of one ledger among several. */
    public Broken in(String ledger) {
        return new Broken(finding.kind(), ledger + ": " + finding.place(), finding.sentence());
    }

    /** What was found. */
    public Finding finding() {
        return finding;
    }
}
