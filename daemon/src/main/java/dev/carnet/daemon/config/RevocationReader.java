package dev.carnet.daemon.config;

import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.SpiffeId;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The table {@code [revocation]}; of several files the lists are one. */
final class RevocationReader {
    private static final int REFUSED_MAX = 10_000;
    private static final int FILES_MAX = 64;

    private final ConfigReader reader;
    private final Set<String> trustDomains;
    private final Set<String> ids = new TreeSet<>();
    private final Set<String> keys = new TreeSet<>();
    private final Map<String, List<Path>> crls = new TreeMap<>();

    /** @param trustDomains those with anchors */
    RevocationReader(ConfigReader reader, Set<String> trustDomains) {
        this.reader = reader;
        this.trustDomains = trustDomains;
    }

    RevocationConfig revocation() {
        return new RevocationConfig(ids, keys, crls);
    }

    void read(Section section) {
        for (String id : section.strings("refused-ids", REFUSED_MAX)) {
            try {
                ids.add(SpiffeId.parse(id).uri());
            } catch (IdentityException e) {
                section.problem("refused-ids", String.valueOf(e.getMessage()));
            }
        }
        for (String key : section.strings("refused-keys", REFUSED_MAX)) {
            if (!key.matches("[0-9a-f]{64}")) {
                section.problem(
                        "refused-keys",
                        Section.quote(key)
                                + " is no SHA-256 of a public key (SubjectPublicKeyInfo, DER): 64 lower-case hex digits");
            }
            keys.add(key);
        }
        Optional<Section> domains = section.table("crls");
        domains.ifPresent(this::lists);
        section.end();
    }

    private void lists(Section domains) {
        for (String domain : domains.keys()) {
            if (!trustDomains.contains(domain)) {
                domains.problem(domain, "has no anchors in [identity.trust], so that nothing of it is accepted anyhow");
            }
            List<Path> files = domains.strings(domain, FILES_MAX).stream()
                    .map(text -> reader.path(domains, domain, text))
                    .toList();
            if (files.isEmpty()) {
                domains.problem(domain, "names no file with a revocation list");
            }
            if (crls.putIfAbsent(domain, files) != null) {
                domains.problem(domain, "has its revocation lists in another file already");
            }
        }
    }
}
