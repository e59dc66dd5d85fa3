package dev.carnet.daemon.ledger;

/**
 * An entry that is durable in the journal.
 *
 * @param sequence its number in this ledger, from 0
 * @param payloadDigest SHA-256 of the DSSE payload, lower-case hex: the join key of two ledgers
 * @param envelope the exact bytes
 */
public record Recorded(long sequence, String payloadDigest, byte[] envelope) {}
