package dev.carnet.client.audit;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Statement;

/**
 * An entry that has the right form.
 *
 * @param index in its ledger, from 0
 * @param leaf its hash in the tree
 * @param statement what it says
 * @param bytes the envelope's, as they lie in the bundle
 */
public record LedgerEntry(long index, Hash32 leaf, Dsse envelope, Statement statement, byte[] bytes) {}
