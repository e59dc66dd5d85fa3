/** The command line {@code carnet}. */
@NullMarked
package dev.carnet.client.cli;

import org.jspecify.annotations.NullMarked;
