package dev.carnet.daemon.api;

import java.time.Instant;

/**
 * The daemon that answers.
 *
 * @param id SPIFFE ID
 * @param origin of its ledger
 * @param version of the program
 * @param listen address and port for peers, as bound
 * @param hash which BLAKE3 was chosen at start, for people
 */
public record DaemonInfo(
        String id,
        String origin,
        String version,
        long pid,
        String listen,
        Instant started,
        long uptimeSeconds,
        String hash) {}
