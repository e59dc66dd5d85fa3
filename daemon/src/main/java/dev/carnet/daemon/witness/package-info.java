/**
 * Peers as witnesses, and other witnesses: who watches this daemon's log, and which logs it watches (SPEC section 7.1, C2SP tlog-witness). Stands between the transport and the rooms above it. Door: {@link
 * dev.carnet.daemon.witness.LogWitness}.
 */
@NullMarked
package dev.carnet.daemon.witness;

import org.jspecify.annotations.NullMarked;
