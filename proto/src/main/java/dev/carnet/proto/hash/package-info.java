/**
 * BLAKE3 as Carnet uses it: chaining values of 4 MiB chunks, and the plain digest of a file made from them.
 *
 * <p>The door is {@link dev.carnet.proto.hash.Blake3} for one chunk, {@link dev.carnet.proto.hash.CvTree} for a file
 * whose chunks were hashed in any order and place, and {@link dev.carnet.proto.hash.Blake3Hasher} for one that is read
 * from start to end. Words follow SPEC.md: a <em>chunk</em> has 4 MiB. What the BLAKE3 paper calls a chunk (1 KiB) is a
 * <em>leaf</em> here.
 *
 * <p>Source: <em>BLAKE3: one function, fast everywhere</em>, O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2021.
 */
@NullMarked
package dev.carnet.proto.hash;

import org.jspecify.annotations.NullMarked;
