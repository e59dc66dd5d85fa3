package dev.carnet.client.custody;

/**
 * The facts of a ledger that verifies.
 *
 * @param origin of it
 * @param daemon SPIFFE ID
 * @param doubts what the comparison with the others found
 */
record Book(String origin, String daemon, LedgerFacts facts, Doubts doubts) {}
