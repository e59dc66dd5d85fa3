package dev.carnet.daemon.doctor;

import dev.carnet.daemon.config.ConfigException;
import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.Problem;
import dev.carnet.daemon.config.RevocationLists;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Revocation lists that are not there, too old, or signed by somebody else; and configured peers that are refused. */
public final class RevocationCheck implements Check {
    private final Supplier<Facts> facts;
    private final InstantSource clock;

    /**
     * What is in force.
     *
     * @param anchors by trust domain
     * @param refused configured peers (SPIFFE IDs) that were seen and refused since start, each with a sentence
     */
    public record Facts(DaemonConfig config, Map<String, List<X509Certificate>> anchors, Map<String, String> refused) {}

    RevocationCheck(Supplier<Facts> facts, InstantSource clock) {
        this.facts = facts;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "revocation";
    }

    @Override
    public List<Finding> look() {
        Facts now = facts.get();
        List<Finding> findings = new ArrayList<>();
        findings.addAll(lists(now));
        findings.addAll(peers(now));
        if (findings.isEmpty()) {
            var refused = now.config().revocation();
            findings.add(Finding.ok(
                    name(),
                    refused.crls().values().stream().mapToInt(List::size).sum() + " files with revocation lists, "
                            + refused.refusedIds().size() + " IDs and "
                            + refused.refusedKeys().size()
                            + " keys refused, none of them a configured peer's as far as is known"));
        }
        return findings;
    }

    private List<Finding> lists(Facts now) {
        Map<String, List<X509CRL>> lists;
        try {
            lists = RevocationLists.load(now.config());
        } catch (ConfigException e) {
            return List.of(
                    Finding.error(
                            name(),
                            e.problems().stream().map(Problem::sentence).collect(Collectors.joining("; "))
                                    + ". What was read before is in force",
                            "put the list back, or take it out of [revocation.crls]: without it the daemon neither reloads nor starts again"));
        }
        List<Finding> findings = new ArrayList<>();
        new TreeMap<>(lists)
                .forEach((domain, all) -> all.forEach(list ->
                        findings.addAll(list(domain, list, now.anchors().getOrDefault(domain, List.of())))));
        return findings;
    }

    private List<Finding> list(String domain, X509CRL list, List<X509Certificate> anchors) {
        String which = "the revocation list of " + list.getIssuerX500Principal().getName() + " for " + domain;
        List<X509Certificate> named = anchors.stream()
                .filter(ca -> ca.getSubjectX500Principal().equals(list.getIssuerX500Principal()))
                .toList();
        if (!named.isEmpty() && named.stream().noneMatch(ca -> signed(list, ca))) {
            return List.of(Finding.warning(
                    name(),
                    which + " is not signed by the anchor of that name: it says nothing",
                    "fetch the list from the CA whose certificate is configured, or configure that CA's"));
        }
        Date next = list.getNextUpdate();
        if (next != null && clock.instant().isAfter(next.toInstant())) {
            return List.of(Finding.warning(
                    name(),
                    which + " was to be replaced at " + next.toInstant()
                            + ": what it names is refused still, and what was revoked since is not known",
                    "fetch a newer one; it is read within a second"));
        }
        return List.of();
    }

    private static boolean signed(X509CRL list, X509Certificate ca) {
        try {
            list.verify(ca.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private List<Finding> peers(Facts now) {
        return now.config().peers().stream()
                .filter(peer -> now.refused().containsKey(peer.id().uri())
                        || now.config()
                                .revocation()
                                .refusedIds()
                                .contains(peer.id().uri()))
                .map(
                        peer -> Finding.warning(
                                name(),
                                "the peer " + peer.alias() + " is refused: "
                                        + now.refused()
                                                .getOrDefault(
                                                        peer.id().uri(),
                                                        peer.id() + " is among the refused-ids of the configuration"),
                                "if it is trusted no more, take the [[peer]] out; if it is, give it a new key and certificate, or take it out of [revocation]"))
                .toList();
    }
}
