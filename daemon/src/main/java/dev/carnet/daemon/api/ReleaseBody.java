package dev.carnet.daemon.api;

import org.jspecify.annotations.Nullable;

/** The body that asks for a release. */
record ReleaseBody(
        @Nullable String volume,
        @Nullable String name,
        @Nullable String reason) {}
