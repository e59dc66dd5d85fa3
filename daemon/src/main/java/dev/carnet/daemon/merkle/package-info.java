/** The Merkle log over the ledger's entries: tiles on disk, signed log checkpoints (the steps 3 to 9 of the order of commit). Door: {@link dev.carnet.daemon.merkle.MerkleLog}. */
@NullMarked
package dev.carnet.daemon.merkle;

import org.jspecify.annotations.NullMarked;
