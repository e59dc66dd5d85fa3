package dev.carnet.daemon.api;

import java.util.List;
import java.util.Optional;

/**
 * A peer that is to be added to the configuration; what its texts mean is for the configuration to judge.
 *
 * @param alias new
 * @param id SPIFFE ID, new
 * @param addresses host:port
 * @param dial dial, accept or both; empty as the configuration has it
 * @param allow rules
 * @param trust certificates of the CAs of its trust domain in PEM; empty where they are trusted already
 */
public record NewPeer(
        String alias,
        String id,
        List<String> addresses,
        Optional<String> dial,
        List<Allow> allow,
        Optional<String> trust) {
    public NewPeer {
        addresses = List.copyOf(addresses);
        allow = List.copyOf(allow);
    }

    /**
     * A rule.
     *
     * @param volume of this daemon
     * @param allow push-from, push-to, pull-from or pull-by
     */
    public record Allow(String volume, String allow) {}
}
