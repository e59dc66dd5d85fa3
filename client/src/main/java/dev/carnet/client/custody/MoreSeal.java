package dev.carnet.client.custody;

/**
 * A seal that is not the first one of its transfer in its ledger: nobody who keeps to the protocol writes one, and it says all the same what its maker had.
 *
 * @param source its maker
 */
record MoreSeal(long index, Party source, Said seal) {}
