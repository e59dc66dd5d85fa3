package dev.carnet.daemon.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whom certificates are believed of, as a text with a digest: what a trust-change entry speaks of. Immutable; all digests are SHA-256, lower-case hex.
 *
 * @param anchors digests of the anchors' DER, by trust domain
 * @param crls digests of the revocation lists' DER, by trust domain
 * @param refusedIds SPIFFE IDs
 * @param refusedKeys digests of SubjectPublicKeyInfos
 * @param witnesses digest of the policy of who cosigns this daemon's log
 */
public record Trust(
        Map<String, List<String>> anchors,
        Map<String, List<String>> crls,
        Set<String> refusedIds,
        Set<String> refusedKeys,
        Optional<String> witnesses) {
    private static final String FIRST_LINE = "carnet-trust v1\n";

    public Trust {
        anchors = copy(anchors);
        crls = copy(crls);
        refusedIds = Set.copyOf(refusedIds);
        refusedKeys = Set.copyOf(refusedKeys);
    }

    private static Map<String, List<String>> copy(Map<String, List<String>> lists) {
        Map<String, List<String>> copy = new TreeMap<>();
        lists.forEach((domain, digests) ->
                copy.put(domain, digests.stream().distinct().sorted().toList()));
        return Map.copyOf(copy);
    }

    /**
     * UTF-8: {@code carnet-trust v1}, then lines {@code anchor <domain> <digest>}, {@code crl <domain> <digest>}, {@code refused-id <id>}, {@code refused-key <digest>}, {@code witness-policy <digest>}; in this order, and each
     * kind sorted by its bytes. Configurations that trust the same have the same text, in whatever files and order they say it.
     */
    public String canonicalText() {
        StringBuilder text = new StringBuilder(FIRST_LINE);
        lists(text, "anchor", anchors);
        lists(text, "crl", crls);
        refusedIds.stream().sorted().forEach(id -> line(text, "refused-id", id));
        refusedKeys.stream().sorted().forEach(key -> line(text, "refused-key", key));
        witnesses.ifPresent(digest -> line(text, "witness-policy", digest));
        return text.toString();
    }

    /** SHA-256 of {@link #canonicalText}. */
    public String digest() {
        return Sha256.hex(canonicalText());
    }

    private static void lists(StringBuilder text, String kind, Map<String, List<String>> lists) {
        new TreeMap<>(lists)
                .forEach((domain, digests) -> digests.forEach(digest -> line(text, kind, domain + ' ' + digest)));
    }

    private static void line(StringBuilder text, String kind, String rest) {
        text.append(kind).append(' ').append(rest).append('\n');
    }
}
