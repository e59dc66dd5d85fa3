/** Formats of the record: canonical JSON, DSSE, in-toto statements, keys and key bindings, and their verification. No clock, no state. */
@NullMarked
package dev.carnet.proto.ledger;

import org.jspecify.annotations.NullMarked;
