/**
 * What must survive a restart, in LMDB. The door is {@link dev.carnet.daemon.state.Store}: durable, serial writes and snapshot reads over a few tables of
 * byte strings. What the rows mean is known to the rooms that own them.
 */
@NullMarked
package dev.carnet.daemon.state;

import org.jspecify.annotations.NullMarked;
