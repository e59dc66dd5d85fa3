/** What travels between two daemons: chunk frames, control frames, stream joins, and the limits of all of them (SPEC.md). */
@NullMarked
package dev.carnet.proto.wire;

import org.jspecify.annotations.NullMarked;
