package dev.carnet.daemon.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A configured peer.
 *
 * @param alias local name of the configuration
 * @param id SPIFFE ID
 * @param up whether a session is open
 * @param since when the session began; null where there is none
 * @param whyNot the last reason why there is none, a sentence; null where there is one, or nothing was tried yet
 */
public record PeerInfo(
        String alias,
        String id,
        boolean up,
        @Nullable Instant since,
        @Nullable String whyNot) {}
