package dev.carnet.daemon.question;

/** The three questions, and how many of each one peer may have open. */
enum Kind {
    LIST(Kind.OF_ALL_MAX),
    VERIFY(1),
    PROBE(1);

    /** Of one peer, all kinds together (SPEC section 4). */
    static final int OF_ALL_MAX = 4;

    private final int max;

    Kind(int max) {
        this.max = max;
    }

    int max() {
        return max;
    }
}
