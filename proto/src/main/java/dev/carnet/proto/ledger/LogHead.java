package dev.carnet.proto.ledger;

import java.util.Optional;

/**
 * What a log was: members {@code logSize} and {@code root}. Both are there, or none.
 *
 * @param size entries, from 1
 * @param root of the tree of these entries: SHA-256, lower-case hex
 */
public record LogHead(long size, String root) {
    private static final String SIZE = "logSize";
    private static final String ROOT = "root";

    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public LogHead {
        Forms.between(size, 1, CanonicalJson.INTEGER_MAX, SIZE);
        Forms.digest(root, ROOT);
    }

    static Optional<LogHead> from(Members m) {
        return m.optionalString(ROOT).map(root -> new LogHead(m.integer(SIZE), root));
    }

    static PredicateMembers write(Optional<LogHead> head, PredicateMembers into) {
        head.ifPresent(log -> into.put(SIZE, log.size()).put(ROOT, log.root()));
        return into;
    }
}
