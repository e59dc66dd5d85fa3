package dev.carnet.daemon.config;

import dev.carnet.proto.identity.SpiffeId;
import java.util.List;
import java.util.Set;

/**
 * Table {@code [[policy]]}: each of the peers may do each of these with each of the volumes.
 *
 * @param name as given, or {@code policy[n]}, n from 1 in the order of the file
 * @param peers configured ones
 * @param volumes configured ones
 */
public record PolicyRule(String name, List<SpiffeId> peers, List<String> volumes, Set<Permission> allow) {
    public PolicyRule {
        peers = List.copyOf(peers);
        volumes = List.copyOf(volumes);
        allow = Set.copyOf(allow);
    }

    /** Said from where this daemon stands: what comes from the peer, what goes to it. */
    public enum Permission {
        /** The peer pushes into the volume. */
        PUSH_FROM("push-from"),
        /** This daemon pushes from the volume to the peer. */
        PUSH_TO("push-to"),
        /** This daemon pulls from the peer into the volume. Reserved: no daemon pulls yet. */
        PULL_FROM("pull-from"),
        /** The peer pulls from the volume. Reserved: no daemon pulls yet. */
        PULL_BY("pull-by");

        private final String label;

        Permission(String label) {
            this.label = label;
        }

        /** As the file says it. */
        public String label() {
            return label;
        }

        /** Whether it lets something be written into the volume. */
        public boolean writes() {
            return this == PUSH_FROM || this == PULL_FROM;
        }
    }
}
