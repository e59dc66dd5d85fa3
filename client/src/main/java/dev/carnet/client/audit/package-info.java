/** What an auditor does with a ledger: reads its files, derives everything again, and says what does not hold (proto/LEDGER.md). Needs no daemon. */
@NullMarked
package dev.carnet.client.audit;

import org.jspecify.annotations.NullMarked;
