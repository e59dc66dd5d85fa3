package dev.carnet.proto.identity;

import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who is trusted no more although its certificate is good (SPEC section 5): IDs and keys that an operator refuses, and certificates that their issuer has revoked. Immutable.
 */
public final class Revocations {
    public static final Revocations NONE = new Revocations(Set.of(), Set.of(), Map.of(), Map.of());

    private final Set<String> refusedIds;
    private final Set<String> refusedKeys;
    private final Map<String, List<X509CRL>> lists;
    private final Map<String, List<X509Certificate>> authorities;

    /**
     * @param refusedIds SPIFFE IDs
     * @param refusedKeys SHA-256 of a SubjectPublicKeyInfo (DER), lower-case hex; of any certificate of a chain
     * @param lists certificate revocation lists (RFC 5280 section 5) by trust domain
     * @param authorities anchors by trust domain: they, and the CAs of a chain, may sign its lists
     */
    public Revocations(
            Set<String> refusedIds,
            Set<String> refusedKeys,
            Map<String, List<X509CRL>> lists,
            Map<String, List<X509Certificate>> authorities) {
        this.refusedIds = Set.copyOf(refusedIds);
        this.refusedKeys = Set.copyOf(refusedKeys);
        this.lists = Map.copyOf(lists);
        this.authorities = Map.copyOf(authorities);
    }

    /**
     * Asks whether a chain that is good otherwise is refused. A list whose time has passed still revokes what it names: what is revoked does not become good again by waiting. A list that nobody of the chain has signed says nothing.
     *
     * @param chain leaf first
     * @throws RevokedException where it is, with the reason
     */
    public void check(SpiffeId id, List<X509Certificate> chain) {
        if (refusedIds.contains(id.uri())) {
            throw new RevokedException(id, id + " is refused by this daemon's configuration (refused-ids)");
        }
        for (X509Certificate certificate : chain) {
            String key = Certificates.keySha256(certificate);
            if (refusedKeys.contains(key)) {
                throw new RevokedException(
                        id,
                        "the key " + key + " in the chain of " + id
                                + " is refused by this daemon's configuration (refused-keys)");
            }
        }
        List<X509CRL> own = lists.getOrDefault(id.trustDomain(), List.of());
        for (X509Certificate certificate : chain) {
            for (X509CRL list : own) {
                if (list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())
                        && list.isRevoked(certificate)
                        && signedByIssuer(list, id, chain)) {
                    throw new RevokedException(
                            id,
                            "the certificate " + Certificates.describe(certificate) + " of " + id
                                    + " was revoked by its issuer (revocation list of "
                                    + list.getThisUpdate().toInstant() + ")");
                }
            }
        }
    }

    private boolean signedByIssuer(X509CRL list, SpiffeId id, List<X509Certificate> chain) {
        return authorities.getOrDefault(id.trustDomain(), List.of()).stream().anyMatch(ca -> signed(list, ca))
                || chain.stream().skip(1).anyMatch(ca -> signed(list, ca));
    }

    private static boolean signed(X509CRL list, X509Certificate ca) {
        if (!ca.getSubjectX500Principal().equals(list.getIssuerX500Principal())) {
            return false;
        }
        try {
            list.verify(ca.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
