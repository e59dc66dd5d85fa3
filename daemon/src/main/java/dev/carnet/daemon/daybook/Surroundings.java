package dev.carnet.daemon.daybook;

/** What the daybook has to know of the daemon that it is of; asked anew each time. Quick, from any thread. */
public interface Surroundings {
    /** SPIFFE ID of this daemon. */
    String self();

    /** SHA-256 (hex) of the policy in force. */
    String policyDigest();

    /** Whether the configuration names this SPIFFE ID as a peer. */
    boolean peer(String spiffeId);

    /** Whether a volume of this daemon has this name. */
    boolean volume(String name);
}
