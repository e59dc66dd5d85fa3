package dev.carnet.proto.ledger;

/** The side of a transfer that a statement's signer is on: where the bytes come from, or where they go to. */
public enum Role {
    SOURCE("source"),
    DESTINATION("destination");

    private final String label;

    Role(String label) {
        this.label = label;
    }

    /** As it stands in a statement. */
    public String label() {
        return label;
    }

    /**
     * The role that is written so.
     *
     * @throws StatementException if there is none
     */
    public static Role of(String label) {
        for (Role role : values()) {
            if (role.label.equals(label)) {
                return role;
            }
        }
        throw new StatementException("a role is \"source\" or \"destination\"");
    }
}
