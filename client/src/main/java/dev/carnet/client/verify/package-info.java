/**
 * Compares a published checkpoint with what its daemon recorded about it (SPEC.md, section 12), without asking the daemon: it
 * reads files, follows no link, writes nothing.
 *
 * <p>{@link dev.carnet.client.verify.Verifier} is the door. Memory does not grow with the size of the checkpoint, and by
 * 16 bytes per member.
 */
@NullMarked
package dev.carnet.client.verify;

import org.jspecify.annotations.NullMarked;
