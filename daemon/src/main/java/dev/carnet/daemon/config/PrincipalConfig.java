package dev.carnet.daemon.config;

import java.util.Set;

/**
 * Table {@code [[principal]]}: a label for local users and groups. Labels stand in statements that travel, so they name a role and never a person.
 *
 * @param label as volumes are named
 * @param uids of users; unsigned, as the kernel counts them
 * @param gids of groups, the caller's own or one of its supplementary ones
 */
public record PrincipalConfig(String label, Set<Integer> uids, Set<Integer> gids) {
    public PrincipalConfig {
        uids = Set.copyOf(uids);
        gids = Set.copyOf(gids);
    }
}
