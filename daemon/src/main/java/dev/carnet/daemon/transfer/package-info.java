/**
 * The life of a transfer: offer, send, receive, verify, resume, publish. The door is {@link dev.carnet.daemon.transfer.Transfers}. States and the order of
 * durable steps are those of SPEC section 9.
 */
@NullMarked
package dev.carnet.daemon.transfer;

import org.jspecify.annotations.NullMarked;
