/**
 * What happened to a daemon besides its transfers, on its record: what was refused to whom, and which policy and trust were in force. The door is
 * {@link dev.carnet.daemon.daybook.Daybook}.
 */
@NullMarked
package dev.carnet.daemon.daybook;

import org.jspecify.annotations.NullMarked;
