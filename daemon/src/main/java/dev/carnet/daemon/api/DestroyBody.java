package dev.carnet.daemon.api;

import org.jspecify.annotations.Nullable;

/** The body that asks for a destruction. {@code confirm} says again what is meant, as {@code volume/name}: nobody destroys something by a slip. */
record DestroyBody(
        @Nullable String volume,
        @Nullable String name,
        @Nullable String confirm) {}
