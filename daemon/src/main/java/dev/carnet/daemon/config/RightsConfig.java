package dev.carnet.daemon.config;

import java.util.List;

/**
 * What local users may do. Nothing configured: the daemon's own user and root may do everything, and nobody else anything.
 *
 * @param principals in the order of the file: a caller is the first that matches
 * @param grants in the order of the file
 * @param pathMaps in the order of the file
 */
public record RightsConfig(List<PrincipalConfig> principals, List<GrantConfig> grants, List<PathMap> pathMaps) {
    public static final RightsConfig NONE = new RightsConfig(List.of(), List.of(), List.of());

    public RightsConfig {
        principals = List.copyOf(principals);
        grants = List.copyOf(grants);
        pathMaps = List.copyOf(pathMaps);
    }
}
