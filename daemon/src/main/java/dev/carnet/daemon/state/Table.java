package dev.carnet.daemon.state;

/** The tables. Names are on disk: never rename one. */
public enum Table {
    /** Single values: schema version, ledger count and head, boot facts. */
    META("meta"),
    /** Transfer id and role to its row. */
    TRANSFERS("transfers"),
    /** Transfer id and member number to what was announced or found. */
    MEMBERS("members"),
    /** Transfer id, member and chunk number to the chunk's CV. */
    CHUNKS("chunks"),
    /** Transfer id and session id to the session's facts. */
    SESSIONS("sessions"),
    /** Volume and name to who holds or reserves it. */
    NAMES("names"),
    /** Entry key to an envelope that the journal may not have yet. */
    OUTBOX("outbox"),
    /** Entry key to where the journal has it. */
    ENTRIES("entries"),
    /** Journal sequence number to entry key. */
    JOURNAL("journal"),
    /** SPIFFE ID to the pinned key binding. */
    PEER_KEYS("peer-keys"),
    /** Refusals that no entry has yet, and how many entries a day has. */
    REFUSALS("refusals");

    private final String onDisk;

    Table(String onDisk) {
        this.onDisk = onDisk;
    }

    public String onDisk() {
        return onDisk;
    }
}
