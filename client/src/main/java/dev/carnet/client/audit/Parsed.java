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
 * @param broken why it is no entry; then the two others are null
 */
record Parsed(
        long index,
        Hash32 leaf,
        @Nullable Dsse envelope,
        @Nullable Statement statement,
        @Nullable String broken) {
    static Parsed of(long index, byte[] entry) {
        Hash32 leaf = Merkle.leaf(entry);
        try {
            Dsse dsse = Dsse.parse(entry);
            return new Parsed(index, leaf, dsse, Statement.read(dsse.payload()), null);
        } catch (StatementException e) {
            return new Parsed(index, leaf, null, null, String.valueOf(e.getMessage()));
        }
    }

    /** Of one that is an entry. */
    Dsse dsse() {
        return Objects.requireNonNull(envelope);
    }

    /** Of one that is an entry. */
    Statement says() {
        return Objects.requireNonNull(statement);
    }
}
