package dev.carnet.daemon.transport;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a fresh connection to one address of a peer went.
 *
 * @param address as configured, host:port
 * @param ok whether the peer itself answered there, with its Hello
 * @param took from the dial to that answer, or to the failure
 * @param error why not, a sentence; null where it did
 */
public record Reach(
        String address, boolean ok, Duration took, @Nullable String error) {}
