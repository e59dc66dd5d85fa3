/**
 * TLS, sessions and streams (Netty and Bouncy Castle). The door is {@link dev.carnet.daemon.transport.Transport}; what stands above sees peers by their
 * facts, control messages and chunk frames, never a socket or a certificate.
 */
@NullMarked
package dev.carnet.daemon.transport;

import org.jspecify.annotations.NullMarked;
