package dev.carnet.client.audit;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.log.Merkle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One entry, as far as it says something by itself.
 *
 * @param index of the entry
 * @param leaf its hash
 * @param whole null where it is no entry
 * @param broken why it is no entry; else null
 */
record Parsed(
        long index,
        Hash32 leaf,
        @Nullable LedgerEntry whole,
        @Nullable String broken) {
    static Parsed of(long index, byte[] bytes) {
        Hash32 leaf = Merkle.leaf(bytes);
        try {
            Dsse dsse = Dsse.parse(bytes);
            return new Parsed(
                    index, leaf, new LedgerEntry(index, leaf, dsse, Statement.read(dsse.payload()), bytes), null);
        } catch (StatementException e) {
            return new Parsed(index, leaf, null, String.valueOf(e.getMessage()));
        }
    }

    /** Of one that is an entry. */
    LedgerEntry entry() {
        return Objects.requireNonNull(whole);
    }
}
