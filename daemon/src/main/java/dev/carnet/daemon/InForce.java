package dev.carnet.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.config.ConfigException;
import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.HostPort;
import dev.carnet.daemon.config.IdentityFiles;
import dev.carnet.daemon.config.OwnUser;
import dev.carnet.daemon.config.PeerConfig;
import dev.carnet.daemon.config.Problem;
import dev.carnet.daemon.config.RevocationLists;
import dev.carnet.daemon.config.WitnessPolicy;
import dev.carnet.daemon.policy.LocalRights;
import dev.carnet.daemon.policy.RulePolicy;
import dev.carnet.daemon.policy.Sha256;
import dev.carnet.daemon.policy.Trust;
import dev.carnet.daemon.transport.Credentials;
import dev.carnet.daemon.transport.DialMode;
import dev.carnet.daemon.transport.PeerSpec;
import dev.carnet.daemon.transport.TransportTrust;
import dev.carnet.proto.identity.Revocations;
import dev.carnet.proto.log.TrustPolicy;
import java.net.InetSocketAddress;
import java.security.cert.CRLException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A configuration and everything that it names, read and found good at one moment. Immutable: a change makes another one.
 *
 * @param crls revocation lists by trust domain
 * @param policy of peers and of local callers
 * @param witnessPolicy who cosigns this daemon's log
 * @param trust the same anchors and refusals, as a text with a digest
 */
record InForce(
        DaemonConfig config,
        IdentityFiles identity,
        Credentials credentials,
        Map<String, List<X509CRL>> crls,
        RulePolicy policy,
        Trust trust,
        Optional<WitnessPolicy> witnessPolicy) {

    /**
     * Reads what the configuration names.
     *
     * @throws ConfigException with everything that is wrong
     */
    static InForce load(DaemonConfig config, Instant at) throws ConfigException {
        IdentityFiles identity = IdentityFiles.load(config, at);
        for (var peer : config.peers()) {
            if (peer.id().equals(identity.id())) {
                throw new ConfigException(List.of(new Problem(
                        config.file(),
                        0,
                        "peer." + peer.alias(),
                        peer.id().uri() + " is this daemon's own ID: it is no peer of itself")));
            }
        }
        Map<String, List<X509CRL>> crls = RevocationLists.load(config);
        Optional<WitnessPolicy> witnesses = WitnessPolicy.load(config);
        return new InForce(
                config,
                identity,
                Credentials.of(identity.chain(), identity.key()),
                crls,
                new RulePolicy(config.policy(), LocalRights.of(config.rights(), OwnUser.uid()), config.auditors()),
                trust(config, identity, crls, witnesses),
                witnesses);
    }

    private static Trust trust(
            DaemonConfig config,
            IdentityFiles identity,
            Map<String, List<X509CRL>> crls,
            Optional<WitnessPolicy> witnesses) {
        Map<String, List<String>> anchors = new TreeMap<>();
        identity.authorities()
                .forEach((domain, all) ->
                        anchors.put(domain, all.stream().map(InForce::digest).toList()));
        Map<String, List<String>> lists = new TreeMap<>();
        crls.forEach((domain, all) ->
                lists.put(domain, all.stream().map(InForce::digest).toList()));
        return new Trust(
                anchors,
                lists,
                config.revocation().refusedIds(),
                config.revocation().refusedKeys(),
                witnesses.map(policy -> Sha256.hex(policy.text().getBytes(UTF_8))));
    }

    /** Who cosigns this daemon's log. */
    Optional<TrustPolicy> witnesses() {
        return witnessPolicy.map(WitnessPolicy::policy);
    }

    /** SPIFFE IDs of all peers. */
    Set<String> peerIds() {
        return config.peers().stream().map(peer -> peer.id().uri()).collect(Collectors.toSet());
    }

    /** What connections are judged by. */
    TransportTrust transportTrust() {
        return new TransportTrust(
                identity.anchors(),
                new Revocations(
                        config.revocation().refusedIds(),
                        config.revocation().refusedKeys(),
                        crls,
                        identity.authorities()),
                config.peers().stream().map(InForce::peer).toList(),
                config.auditors().stream().map(auditor -> auditor.id().uri()).collect(Collectors.toUnmodifiableSet()));
    }

    private static PeerSpec peer(PeerConfig peer) {
        DialMode dial = switch (peer.dial()) {
            case DIAL -> DialMode.DIAL;
            case ACCEPT -> DialMode.ACCEPT;
            case BOTH -> DialMode.BOTH;
        };
        return new PeerSpec(
                peer.id().uri(),
                peer.addresses().stream().map(InForce::unresolved).toList(),
                dial);
    }

    private static InetSocketAddress unresolved(HostPort at) {
        return InetSocketAddress.createUnresolved(at.host(), at.port());
    }

    private static String digest(X509Certificate certificate) {
        try {
            return Sha256.hex(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    private static String digest(X509CRL list) {
        try {
            return Sha256.hex(list.getEncoded());
        } catch (CRLException e) {
            throw new IllegalStateException("a revocation list that was read can be written", e);
        }
    }
}
