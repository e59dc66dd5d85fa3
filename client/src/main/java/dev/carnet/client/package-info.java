/**
 * The Java library that talks to a daemon over its Unix domain socket. Begin at {@link dev.carnet.client.CarnetClient}. It needs the JDK and jackson-core, nothing
 * else: the command line that stands on it has to start at once.
 */
@NullMarked
package dev.carnet.client;

import org.jspecify.annotations.NullMarked;
