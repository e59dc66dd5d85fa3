/** carnetd: reads the configuration, wires the rooms together, starts and stops them. */
@NullMarked
package dev.carnet.daemon;

import org.jspecify.annotations.NullMarked;
