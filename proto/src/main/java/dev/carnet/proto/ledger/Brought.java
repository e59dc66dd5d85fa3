package dev.carnet.proto.ledger;

import java.util.Optional;

/**
 * The transfer that brought a copy: members {@code transfer}, {@code role} (always the destination, who speaks) and {@code peer}. All are there, or none: a copy
 * that came another way has none.
 *
 * @param transfer id
 * @param peer SPIFFE ID of its source
 */
public record Brought(String transfer, String peer) {
    /**
     * Makes one.
     *
     * @throws StatementException naming the member that is wrong
     */
    public Brought {
        Forms.id(transfer, "transfer");
        Forms.spiffeId(peer, "peer");
    }

    static Optional<Brought> from(Members m) {
        Optional<String> transfer = m.optionalString("transfer");
        if (transfer.isEmpty()) {
            return Optional.empty();
        }
        Forms.require(Role.of(m.string("role")) == Role.DESTINATION, "only a destination says what it holds");
        return Optional.of(new Brought(transfer.get(), m.string("peer")));
    }

    static void check(Optional<Brought> by, String daemon) {
        by.ifPresent(brought -> Forms.require(!brought.peer().equals(daemon), "daemon and peer are the same"));
    }
}
