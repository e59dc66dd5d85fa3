package dev.carnet.client.custody;

import dev.carnet.proto.ledger.Predicate;

/**
 * An entry that names a tree and its content.
 *
 * @param what seal, possession, transfer-receipt or receipt-pending
 * @param time milliseconds since 1970, as its writer claims
 */
record Said(Predicate what, long time, Bulk bulk) {}
