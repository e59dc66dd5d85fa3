/**
 * The transparency log: Merkle tree (RFC 6962), tiles, signed notes, log checkpoints, cosignatures, proofs and trust policies (C2SP). Everything that a verifier needs, and nothing that
 * touches a file, a network or a private key.
 */
@NullMarked
package dev.carnet.proto.log;

import org.jspecify.annotations.NullMarked;
