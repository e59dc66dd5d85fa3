package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.Predicate;

/**
 * What makes an entry the same entry after a crash: one transfer (or other subject), one role, one predicate is recorded at most once per {@code ordinal}.
 *
 * @param subject transfer id (32 hex digits), or another lower-case ASCII label of at most 128 bytes such as "daemon"
 * @param role "source", "destination" or "self"
 * @param predicate what it says
 * @param ordinal 0, or a counter where a predicate can recur
 */
public record EntryKey(String subject, String role, Predicate predicate, int ordinal) {}
