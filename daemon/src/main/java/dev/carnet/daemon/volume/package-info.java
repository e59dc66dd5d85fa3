/**
 * Files: safe paths, reading a source, staging, durable writing, publishing.
 *
 * <p>The door is {@link dev.carnet.daemon.volume.Volume}. Everything here is blocking and belongs on threads that may wait for a disk; no
 * thread that is inside this room is ever interrupted.
 */
@NullMarked
package dev.carnet.daemon.volume;

import org.jspecify.annotations.NullMarked;
