package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;
import org.jspecify.annotations.Nullable;

/** What will be a copy, as long as its checkpoint is not asked for. */
sealed interface Draft {
    /** Of the checkpoint; null where nobody says it. */
    @Nullable
    Hash32 content();

    /** The transfer that brought it. */
    default @Nullable TransferId transfer() {
        return null;
    }

    /**
     * What a transfer brought.
     *
     * @param ledger that counts: the destination's, else the source's
     * @param intent of that ledger
     */
    record Moved(
            @Nullable Hash32 content, TransferId transfer, Book ledger, TransferFacts facts, Intent intent, State state)
            implements Draft {}

    /**
     * What came another way.
     *
     * @param began the possession that says so
     * @param next index of the next one of that volume and name
     */
    record Adopted(Hash32 content, Book ledger, Adoption began, long next) implements Draft {}

    /**
     * A seal, which says that its maker had the content.
     *
     * @param index of the entry
     * @param source its maker
     */
    record Sealed(Hash32 content, Book ledger, long index, Party source, Said seal) implements Draft {}
}
