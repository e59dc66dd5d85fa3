package dev.carnet.client.custody;

/** What the given ledgers say of a copy (LEDGER.md, section 6). */
public enum State {
    HELD("held", Kind.THERE, "both sides have signed that it arrived whole, and it is still there"),
    ONE_SIDED("one-sided", Kind.UNSURE, "its holder says that it is there; no receipt of both sides says so"),
    RECEIPTED("receipted", Kind.UNSURE, "it was held when both sides signed; its holder's own ledger is not here"),
    POSSIBLE("possible", Kind.UNSURE, "a transfer was begun, and nothing here says how it ended"),
    PARTIAL("partial", Kind.UNSURE, "a transfer was broken off; what had arrived has not been destroyed on record"),
    DESTROYING("destroying", Kind.THERE, "its destruction has begun and is not on record as done: still held"),
    SOURCE("source", Kind.THERE, "it was there when its tree was sealed for another"),
    RELEASED("released", Kind.GONE, "its holder does not vouch for it any more; the files may still be there"),
    DESTROYED("destroyed", Kind.GONE, "its holder says that it is destroyed");

    /** What somebody who looks for copies makes of it. */
    public enum Kind {
        THERE,
        UNSURE,
        GONE
    }

    private final String label;
    private final Kind kind;
    private final String meaning;

    State(String label, Kind kind, String meaning) {
        this.label = label;
        this.kind = kind;
        this.meaning = meaning;
    }

    /** As LEDGER.md writes it. */
    public String label() {
        return label;
    }

    public Kind kind() {
        return kind;
    }

    /** For people: half a sentence. */
    public String meaning() {
        return meaning;
    }

    /** Whether a ledger that has such a copy needs no copy {@code source} of the same content beside it. */
    boolean vouched() {
        return this == HELD || this == ONE_SIDED || this == DESTROYING;
    }
}
