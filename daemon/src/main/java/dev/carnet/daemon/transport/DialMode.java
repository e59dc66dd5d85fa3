package dev.carnet.daemon.transport;

/** Who opens connections to a peer. Firewalls are often open one way only. */
public enum DialMode {
    /** We dial; the peer's own dials are accepted too, since whose firewall is open is the peer's to say. */
    DIAL,
    /** We wait to be dialled. */
    ACCEPT,
    /** Both; two connections at once are settled (SPEC section 6.1). */
    BOTH;

    boolean dials() {
        return this != ACCEPT;
    }
}
