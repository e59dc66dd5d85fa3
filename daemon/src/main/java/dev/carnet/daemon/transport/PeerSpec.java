package dev.carnet.daemon.transport;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * One configured peer.
 *
 * @param spiffeId the one ID its certificate must have
 * @param addresses where it listens, tried in this order within one round; names are resolved again at each dial, so they may be unresolved. Empty for a peer that only dials us
 * @param dial who opens connections
 */
public record PeerSpec(String spiffeId, List<InetSocketAddress> addresses, DialMode dial) {
    public PeerSpec {
        addresses = List.copyOf(addresses);
        if (dial.dials() && addresses.isEmpty()) {
            throw new IllegalArgumentException("the peer " + spiffeId
                    + " has no address to dial: give one, or let it dial us (dial = \"accept\")");
        }
    }
}
