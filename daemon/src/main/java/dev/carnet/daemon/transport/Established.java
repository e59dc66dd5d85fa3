package dev.carnet.daemon.transport;

import java.time.Instant;

/**
 * What a complete and checked TLS handshake left.
 *
 * @param ownNotAfter when the leaf that we showed ends
 * @param joinKey exporter; of use on a control connection
 * @param joinStream exporter; of use on a data connection
 */
record Established(Protocols.Alpn alpn, PeerFacts facts, Instant ownNotAfter, byte[] joinKey, byte[] joinStream) {}
