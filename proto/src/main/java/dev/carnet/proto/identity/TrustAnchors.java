package dev.carnet.proto.identity;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The CAs that this daemon trusts, each for one SPIFFE trust domain, and the judgement of a chain by SPEC section 5. Immutable, usable by any number of threads.
 *
 * <p>The trust domain <em>in the leaf's own ID</em> selects the anchors: a CA of one domain cannot vouch for a name in another.
 */
public final class TrustAnchors {
    /** What a chain is presented for. */
    public enum Usage {
        /** The peer dialled: an extended key usage, where present, has clientAuth. */
        DIALLER,
        /** The peer accepted: an extended key usage, where present, has serverAuth. */
        ACCEPTOR,
        /** The chain of a key proof (SPEC section 10), whoever dialled: either of the two. */
        EVIDENCE
    }

    /** Anchors of one trust domain. */
    public static final int ANCHORS_MAX = 64;

    private final Map<String, List<Anchor>> anchors;

    /**
     * @param anchors CA certificates by trust domain
     * @throws IdentityException where a name is no trust domain, a domain has none or more than {@link #ANCHORS_MAX}, or a certificate is no CA
     */
    public TrustAnchors(Map<String, List<X509Certificate>> anchors) {
        Map<String, List<Anchor>> byDomain = new TreeMap<>();
        anchors.forEach((domain, certificates) -> {
            SpiffeId.ofTrustDomain(domain);
            if (certificates.isEmpty() || certificates.size() > ANCHORS_MAX) {
                throw new IdentityException("the trust domain " + domain + " has " + certificates.size()
                        + " anchors, not 1 to " + ANCHORS_MAX);
            }
            byDomain.put(
                    domain,
                    certificates.stream()
                            .map(certificate -> Anchor.of(domain, certificate))
                            .toList());
        });
        this.anchors = Map.copyOf(byDomain);
    }

    public Set<String> trustDomains() {
        return anchors.keySet();
    }

    /**
     * Judges a chain.
     *
     * @param chain leaf first, each certified by the next; it may end with the anchor or before it
     * @param at the moment that counts: now for a connection, a moment within the leaf's validity for evidence
     * @return the leaf's ID, now authenticated (whether it is a configured peer is not known here)
     * @throws IdentityException where the chain is not good, with the first reason
     */
    public SpiffeId validate(List<X509Certificate> chain, Instant at, Usage usage) {
        Certificates.checkLimits(chain);
        X509Certificate leaf = chain.getFirst();
        SpiffeId id = Certificates.spiffeId(leaf);
        LeafRules.check(leaf, id, usage);
        List<Anchor> own = Optional.ofNullable(anchors.get(id.trustDomain()))
                .orElseThrow(() -> new IdentityException(
                        "no trust anchor is configured for the trust domain " + id.trustDomain() + " of " + id));
        validatePath(id, upToAnchor(chain, own), own, at);
        return id;
    }

    /** Tries the anchors that bear the name of the last issuer: more than one while a CA changes its key. */
    private static void validatePath(SpiffeId id, List<X509Certificate> path, List<Anchor> own, Instant at) {
        var issuer = path.getLast().getIssuerX500Principal();
        IdentityException reason = null;
        for (Anchor anchor : own) {
            if (!anchor.certificate().getSubjectX500Principal().equals(issuer)) {
                continue;
            }
            try {
                anchor.validate(id, path, at);
                return;
            } catch (IdentityException e) {
                reason = e;
            }
        }
        throw reason != null
                ? reason
                : new IdentityException("the certificate of " + id + " comes from "
                        + IdentityException.quote(issuer.getName())
                        + ", which is no anchor of the trust domain " + id.trustDomain());
    }

    /** The chain without the anchor itself, which some send along, and what follows it. */
    private static List<X509Certificate> upToAnchor(List<X509Certificate> chain, List<Anchor> own) {
        List<X509Certificate> path = new ArrayList<>();
        path.add(chain.getFirst());
        for (X509Certificate certificate : chain.subList(1, chain.size())) {
            if (own.stream().anyMatch(anchor -> anchor.certificate().equals(certificate))) {
                break;
            }
            path.add(certificate);
        }
        return path;
    }
}
