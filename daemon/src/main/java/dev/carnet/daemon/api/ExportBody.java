package dev.carnet.daemon.api;

import org.jspecify.annotations.Nullable;

/** The body that asks for a bundle: of a path, or of a volume and a name. */
record ExportBody(
        @Nullable String path,
        @Nullable String volume,
        @Nullable String name) {}
