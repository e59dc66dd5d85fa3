package dev.carnet.proto.ledger;

/** The predicate types of entries (SPEC "Entries"). */
public enum Predicate {
    KEY_BINDING("key-binding"),
    TRANSFER_INTENT("transfer-intent"),
    SEAL("seal"),
    POSSESSION("possession"),
    TRANSFER_RECEIPT("transfer-receipt"),
    TRANSFER_ABORT("transfer-abort"),
    STAGING_DESTROYED("staging-destroyed"),
    POSSESSION_RELEASED("possession-released"),
    TRANSFER_RESUMED("transfer-resumed"),
    REFUSAL("refusal"),
    POLICY_CHANGE("policy-change"),
    TRUST_CHANGE("trust-change"),
    DAEMON_START("daemon-start"),
    DESTRUCTION_INTENT("destruction-intent"),
    DESTRUCTION("destruction"),
    RECEIPT_PENDING("receipt-pending"),
    OBSERVED_FORK("observed-fork");

    private static final String PREFIX = "https://carnet.dev/";
    private final String label;

    Predicate(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /** The in-toto predicateType URI. */
    public String type() {
        return PREFIX + label + "/v1";
    }
}
