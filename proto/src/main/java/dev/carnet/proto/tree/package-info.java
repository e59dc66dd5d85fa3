/**
 * The tree: the text that lists every member of a checkpoint, and its two digests (SPEC.md, section 3).
 *
 * <p>{@link dev.carnet.proto.tree.TreeWriter} makes the one encoding there is, {@link dev.carnet.proto.tree.TreeReader}
 * takes no other. Both hold a line at a time, so that a million members cost no memory.
 */
@NullMarked
package dev.carnet.proto.tree;

import org.jspecify.annotations.NullMarked;
