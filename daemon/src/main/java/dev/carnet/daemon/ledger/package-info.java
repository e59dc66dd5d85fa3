/**
 * The daemon's append-only record: entries through an outbox into a journal (Chronicle Queue), signed with the daemon's own keys. The door is
 * {@link dev.carnet.daemon.ledger.Ledger}. The Merkle log is built from the journal on top of this (a later room behind the same door).
 */
@NullMarked
package dev.carnet.daemon.ledger;

import org.jspecify.annotations.NullMarked;
