package dev.carnet.client.custody;

/**
 * A ledger that others name and that was not given.
 *
 * @param origin of it
 * @param daemon SPIFFE ID, as the other ledger names it
 */
public record MissingLedger(String origin, String daemon) {}
