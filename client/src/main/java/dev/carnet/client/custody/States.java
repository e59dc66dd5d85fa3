package dev.carnet.client.custody;

import dev.carnet.proto.ledger.Predicate;
import java.util.Optional;

/** The tables of LEDGER.md, section 6. */
final class States {
    private States() {}

    /** By what the destination's ledger has of a transfer. Empty where nothing is left of it. */
    static Optional<State> atDestination(TransferFacts there) {
        Optional<State> end = ended(there);
        if (end.isPresent()) {
            return end;
        }
        if (there.has(Predicate.POSSESSION)) {
            return Optional.of(there.has(Predicate.TRANSFER_RECEIPT) ? State.HELD : State.ONE_SIDED);
        }
        if (there.has(Predicate.TRANSFER_ABORT)) {
            return there.has(Predicate.STAGING_DESTROYED) ? Optional.empty() : Optional.of(State.PARTIAL);
        }
        return Optional.of(State.POSSIBLE);
    }

    /** By what the ledger has of a directory that came another way. */
    static State ofAdopted(TransferFacts there) {
        return ended(there).orElse(State.HELD);
    }

    private static Optional<State> ended(TransferFacts there) {
        if (there.has(Predicate.DESTRUCTION)) {
            return Optional.of(State.DESTROYED);
        }
        if (there.has(Predicate.POSSESSION_RELEASED)) {
            return Optional.of(State.RELEASED);
        }
        return there.has(Predicate.DESTRUCTION_INTENT) ? Optional.of(State.DESTROYING) : Optional.empty();
    }

    /** By what the source's ledger has of it. Empty where nothing was sent. */
    static Optional<State> atSource(TransferFacts there) {
        if (there.has(Predicate.TRANSFER_RECEIPT)) {
            return Optional.of(State.RECEIPTED);
        }
        if (there.has(Predicate.TRANSFER_ABORT)) {
            return there.abortedUnexposed() ? Optional.empty() : Optional.of(State.PARTIAL);
        }
        return Optional.of(State.POSSIBLE);
    }

    /** The entry that ended a copy; empty while it has not ended. */
    static Optional<Predicate> end(State state) {
        return switch (state) {
            case DESTROYED -> Optional.of(Predicate.DESTRUCTION);
            case RELEASED -> Optional.of(Predicate.POSSESSION_RELEASED);
            default -> Optional.empty();
        };
    }
}
