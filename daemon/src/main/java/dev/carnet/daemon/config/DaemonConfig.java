package dev.carnet.daemon.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of a daemon, complete and consistent. Every path is absolute and normalised.
 *
 * @param file where it was read; {@link Config#dropIns} of it as well
 * @param volumes in the order of the file; names are unique, no root lies in another
 * @param peers in the order of the file; aliases and IDs are unique
 * @param auditors in the order of the file; aliases and IDs are unique
 * @param policy in the order of the file; names are unique. What no rule allows is denied
 */
public record DaemonConfig(
        Path file,
        Daemon daemon,
        Identity identity,
        List<VolumeConfig> volumes,
        List<PeerConfig> peers,
        List<AuditorConfig> auditors,
        List<PolicyRule> policy,
        RightsConfig rights,
        RevocationConfig revocation,
        LimitsConfig limits) {

    /** What the client looks for as well, where nobody says otherwise. */
    public static final Path SOCKET_DEFAULT = Path.of("/run/carnet/carnetd.sock");

    public DaemonConfig {
        volumes = List.copyOf(volumes);
        peers = List.copyOf(peers);
        auditors = List.copyOf(auditors);
        policy = List.copyOf(policy);
    }

    /**
     * Table {@code [daemon]}.
     *
     * @param state directory of everything that must survive a restart, keys included
     * @param listen where peers connect; empty: nobody can
     * @param socket of the local API
     * @param origin name of the ledger; empty: the daemon derives one from its SPIFFE ID at the first start
     * @param witnesses file that says who cosigns this daemon's log (C2SP tlog-policy); empty: whoever can, and nobody has to
     * @param allowRoot whether the daemon may run as root
     */
    public record Daemon(
            Path state,
            Optional<HostPort> listen,
            Path socket,
            Optional<String> origin,
            Optional<Path> witnesses,
            boolean allowRoot) {}

    /**
     * Table {@code [identity]}.
     *
     * @param certificate PEM, the chain, leaf first
     * @param key PEM, PKCS #8
     * @param trust PEM files of anchors, by SPIFFE trust domain
     */
    public record Identity(Path certificate, Path key, Map<String, List<Path>> trust) {
        public Identity {
            trust = Map.copyOf(trust);
        }
    }

    /** A peer, by its alias or by its SPIFFE ID. */
    public Optional<PeerConfig> peer(String aliasOrId) {
        return peers.stream()
                .filter(peer ->
                        peer.alias().equals(aliasOrId) || peer.id().uri().equals(aliasOrId))
                .findFirst();
    }

    public Optional<VolumeConfig> volume(String name) {
        return volumes.stream().filter(volume -> volume.name().equals(name)).findFirst();
    }
}
