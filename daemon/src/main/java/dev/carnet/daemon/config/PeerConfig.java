package dev.carnet.daemon.config;

import dev.carnet.proto.identity.SpiffeId;
import java.util.List;

/**
 * Table {@code [[peer]]}.
 *
 * @param alias what people call it, here
 * @param id what its certificate has to say
 * @param addresses tried in this order; empty exactly where this daemon never dials
 */
public record PeerConfig(String alias, SpiffeId id, List<HostPort> addresses, Dial dial) {
    public PeerConfig {
        addresses = List.copyOf(addresses);
    }

    /** Who opens connections. */
    public enum Dial {
        /** This daemon alone. */
        DIAL("dial"),
        /** The peer alone. */
        ACCEPT("accept"),
        BOTH("both");

        private final String label;

        Dial(String label) {
            this.label = label;
        }

        /** As the file says it. */
        public String label() {
            return label;
        }

        public boolean dials() {
            return this != ACCEPT;
        }

        public boolean accepts() {
            return this != DIAL;
        }
    }
}
