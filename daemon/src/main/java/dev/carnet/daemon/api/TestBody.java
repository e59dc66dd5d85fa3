package dev.carnet.daemon.api;

import org.jspecify.annotations.Nullable;

/** The body of a test of a peer; all of it may be left out. */
record TestBody(@Nullable Integer seconds, @Nullable Integer streams) {}
