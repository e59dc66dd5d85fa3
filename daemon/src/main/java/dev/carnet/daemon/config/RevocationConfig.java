package dev.carnet.daemon.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Table {@code [revocation]}: who is trusted no more, although its certificate still says so.
 *
 * @param refusedIds SPIFFE IDs
 * @param refusedKeys SHA-256 of a certificate's SubjectPublicKeyInfo, lower-case hex; of a leaf or of a CA in its chain
 * @param crls files of certificate revocation lists, PEM or DER, by SPIFFE trust domain
 */
public record RevocationConfig(Set<String> refusedIds, Set<String> refusedKeys, Map<String, List<Path>> crls) {
    public static final RevocationConfig NONE = new RevocationConfig(Set.of(), Set.of(), Map.of());

    public RevocationConfig {
        refusedIds = Set.copyOf(refusedIds);
        refusedKeys = Set.copyOf(refusedKeys);
        crls = Map.copyOf(crls);
    }
}
