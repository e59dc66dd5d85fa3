package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Predicate;

/**
 * An entry that names a tree and its content.
 *
 * @param what seal, possession, transfer-receipt or receipt-pending
 * @param index in its ledger
 * @param time milliseconds since 1970, as its writer claims
 * @param files -1 where it does not say
 * @param bytes likewise
 */
record Said(Predicate what, long index, long time, Hash32 tree, Hash32 content, long files, long bytes) {
    /** The same, with the digests of another where they are equal: there are many of these. */
    Said sharing(Said other) {
        return new Said(
                what,
                index,
                time,
                tree.equals(other.tree) ? other.tree : tree,
                content.equals(other.content) ? other.content : content,
                files,
                bytes);
    }
}
