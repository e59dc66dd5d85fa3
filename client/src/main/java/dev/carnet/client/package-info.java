/** The Java library that talks to a daemon over its Unix domain socket. */
@NullMarked
package dev.carnet.client;

import org.jspecify.annotations.NullMarked;
