/**
 * Custody (proto/LEDGER.md, section 6): out of the ledgers of many peers, who holds which copy of which checkpoint, since when, from whom and under which rules. {@link
 * dev.carnet.client.custody.Custody} is the door.
 */
@NullMarked
package dev.carnet.client.custody;

import org.jspecify.annotations.NullMarked;
