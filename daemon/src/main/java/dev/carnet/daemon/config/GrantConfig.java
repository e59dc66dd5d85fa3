package dev.carnet.daemon.config;

import dev.carnet.proto.identity.SpiffeId;
import java.util.List;
import java.util.Set;

/**
 * Table {@code [[grant]]}: each of the principals has each of these rights on each of the volumes, with each of the peers.
 *
 * @param name as given, or {@code grant[n]}, n from 1 in the order of the file
 * @param principals labels of configured ones
 * @param volumes configured ones; empty only where nothing is given that is about a volume
 * @param peers that may be pushed to and pulled from; empty for any that the policy allows
 */
public record GrantConfig(
        String name, List<String> principals, List<String> volumes, List<SpiffeId> peers, Set<Right> allow) {
    public GrantConfig {
        principals = List.copyOf(principals);
        volumes = List.copyOf(volumes);
        peers = List.copyOf(peers);
        allow = Set.copyOf(allow);
    }

    /** What a local caller may be allowed to do. */
    public enum Right {
        /** Start pushes from the volume; see and cancel what the principal started. */
        PUSH("push"),
        /** Start pulls into the volume; see and cancel what the principal started. */
        PULL("pull"),
        /** Destroy checkpoints of the volume. */
        DESTROY("destroy"),
        /** Read the ledger. About no volume. */
        AUDIT("audit"),
        /** Reload, add peers, see, cancel and continue everybody's transfers, read the ledger. About no volume. */
        ADMIN("admin");

        private final String label;

        Right(String label) {
            this.label = label;
        }

        /** As the file says it. */
        public String label() {
            return label;
        }

        /** Whether it is about volumes and peers. */
        public boolean aboutVolumes() {
            return this != AUDIT && this != ADMIN;
        }
    }
}
