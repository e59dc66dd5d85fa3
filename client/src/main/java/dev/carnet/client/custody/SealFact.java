package dev.carnet.client.custody;

/**
 * A seal, and whose it is.
 *
 * @param source SPIFFE ID of who sealed
 * @param origin of that one's ledger, which need not be the one where the seal was found
 */
record SealFact(String source, String origin, Said seal) {}
