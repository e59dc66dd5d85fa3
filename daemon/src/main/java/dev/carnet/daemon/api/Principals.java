package dev.carnet.daemon.api;

import java.util.Optional;

/** Gives a caller the label that policy knows; empty refuses the caller. */
@FunctionalInterface
public interface Principals {
    /** Everybody who may open the socket is "local": the socket's directory and mode decide alone. */
    Principals LOCAL = caller -> Optional.of("local");

    Optional<String> of(Caller caller);
}
