/** What the ledger costs: entries made durable, a log of a million entries verified, proofs, and its share of small transfers. Run by {@code perf/ledger}. */
@NullMarked
package dev.carnet.perf.ledger;

import org.jspecify.annotations.NullMarked;
