/**
 * What the operator wrote: one strict TOML file becomes an immutable {@link dev.carnet.daemon.config.DaemonConfig}, or a list of everything that is wrong with it.
 */
@NullMarked
package dev.carnet.daemon.config;

import org.jspecify.annotations.NullMarked;
