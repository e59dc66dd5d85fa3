package dev.carnet.client.demo;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the demo is asked to do.
 *
 * @param home of the launchers: a checkout or an installation
 * @param checkpoint what to move; empty: real weights
 * @param work where everything is put; empty: a fresh folder among the temporary files
 * @param json whether the last line of standard output is one object, and the story goes to standard error
 * @param keep whether the daemons go on running
 */
public record DemoOptions(Path home, Optional<Path> checkpoint, Optional<Path> work, boolean json, boolean keep) {}
