package dev.carnet.client.audit;

import dev.carnet.proto.ledger.KeyBinding;

/**
 * Keys of a ledger, and from which entry on they are in force.
 *
 * @param index of the key binding's entry
 * @param binding verified, but for its chain; without a chain where its key proof is not there
 */
public record KeysAt(long index, KeyBinding binding) {}
