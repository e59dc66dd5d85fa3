package dev.carnet.daemon.api;

import org.jspecify.annotations.Nullable;

/** The body that asks for a verification. */
record VerifyBody(@Nullable String volume, @Nullable String name) {}
