/**
 * A certificate authority for those who have none, and the three steps to a daemon's identity: request, sign, install. Bouncy Castle is used here and nowhere
 * else in the client, since loading it takes longer than everything else that the command line does.
 */
@NullMarked
package dev.carnet.client.identity;

import org.jspecify.annotations.NullMarked;
