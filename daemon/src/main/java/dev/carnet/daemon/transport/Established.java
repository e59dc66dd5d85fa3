package dev.carnet.daemon.transport;

import java.time.Instant;

/**
 * What a complete and checked TLS handshake left.
 *
 * @param judgedBy the trust by which the peer's chain was found good
 * @param ownNotAfter when the leaf that we showed ends
 * @param joinKey exporter; of use on a control connection
 * @param joinStream exporter; of use on a data connection
 */
record Established(
        Protocols.Alpn alpn,
        PeerFacts facts,
        TransportTrust judgedBy,
        Instant ownNotAfter,
        byte[] joinKey,
        byte[] joinStream) {
    /** When the first of the two certificates ends, and with it what was built on them. */
    Instant until() {
        return facts.notAfter().isBefore(ownNotAfter) ? facts.notAfter() : ownNotAfter;
    }
}
