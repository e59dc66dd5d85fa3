/** What two parties must agree on, and nothing else. No sockets, no stores, no threads, no clock. */
@NullMarked
package dev.carnet.proto;

import org.jspecify.annotations.NullMarked;
