package dev.carnet.daemon.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Table {@code [[path-map]]}: what a caller in another mount namespace calls {@code from} is {@code to} for this daemon.
 *
 * @param from absolute, normalised
 * @param to absolute, normalised
 * @param principal for whom; empty for everybody
 */
public record PathMap(Path from, Path to, Optional<String> principal) {}
