/**
 * Named places between two durable steps, at which a test can kill the daemon. The door is {@link dev.carnet.daemon.fault.FailPoint}.
 */
@NullMarked
package dev.carnet.daemon.fault;

import org.jspecify.annotations.NullMarked;
