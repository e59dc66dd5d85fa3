package dev.carnet.client.custody;

import dev.carnet.proto.ledger.Predicate;

/**
 * Where an entry stands.
 *
 * @param origin of its ledger
 * @param index in that, from 0
 * @param what it is
 */
public record EntryRef(String origin, long index, Predicate what) {}
