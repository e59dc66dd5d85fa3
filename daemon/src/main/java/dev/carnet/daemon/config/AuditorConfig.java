package dev.carnet.daemon.config;

import dev.carnet.proto.identity.SpiffeId;

/**
 * Table {@code [[auditor]]}: who may read the ledger over the network, and do nothing else.
 *
 * @param alias what people call it, here
 * @param id what its certificate has to say
 */
public record AuditorConfig(String alias, SpiffeId id) {}
