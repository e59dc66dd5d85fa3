package dev.carnet.daemon.api;

import org.jspecify.annotations.Nullable;

/** The body that names a directory or file of this machine. */
record PathBody(@Nullable String path) {}
