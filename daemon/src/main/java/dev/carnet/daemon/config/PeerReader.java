package dev.carnet.daemon.config;

import dev.carnet.daemon.config.PeerConfig.Dial;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.SpiffeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The tables {@code [[peer]]}. */
final class PeerReader {
    static final int PEERS_MAX = 1_024;
    static final int ADDRESSES_MAX = 8;

    private final Set<String> trustDomains;
    private final boolean listening;
    private final List<PeerConfig> peers = new ArrayList<>();
    private final List<String> aliases = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();

    /**
     * @param trustDomains those with anchors
     * @param listening whether anybody can connect
     */
    PeerReader(Set<String> trustDomains, boolean listening) {
        this.trustDomains = trustDomains;
        this.listening = listening;
    }

    List<PeerConfig> peers() {
        return peers;
    }

    Optional<PeerConfig> peer(String aliasOrId) {
        return peers.stream()
                .filter(peer ->
                        peer.alias().equals(aliasOrId) || peer.id().uri().equals(aliasOrId))
                .findFirst();
    }

    /** Whether a peer of this alias or ID stands in the file, be it right or wrong otherwise. */
    boolean named(String aliasOrId) {
        return aliases.contains(aliasOrId) || ids.contains(aliasOrId);
    }

    void read(Section section) {
        Optional<String> alias = section.required("alias");
        Optional<SpiffeId> id = section.required("id").flatMap(text -> id(section, text, ids, trustDomains));
        List<HostPort> addresses = addresses(section);
        Optional<Dial> dial = dial(section, !addresses.isEmpty());
        section.end();
        boolean good = alias.isPresent() && ConfigReader.nameIsGood(section, "alias", alias.get(), aliases);
        alias.ifPresent(aliases::add);
        dial.ifPresent(direction -> checkDirection(section, direction, addresses));
        if (good && id.isPresent() && dial.isPresent()) {
            peers.add(new PeerConfig(alias.orElseThrow(), id.get(), addresses, dial.get()));
        }
    }

    /**
     * An ID of one daemon or auditor.
     *
     * @param ids those that are there already; this one is added
     */
    static Optional<SpiffeId> id(Section section, String text, List<String> ids, Set<String> trustDomains) {
        if (ids.contains(text)) {
            section.problem("id", Section.quote(text) + " is there already");
            return Optional.empty();
        }
        ids.add(text);
        try {
            SpiffeId id = SpiffeId.parse(text);
            if (id.path().isEmpty()) {
                section.problem("id", text + " names a trust domain, not a daemon: add a path");
            } else if (!trustDomains.contains(id.trustDomain())) {
                section.problem(
                        "id",
                        "no certificate of " + text + " could be verified: add \"" + id.trustDomain()
                                + "\" to [identity.trust]");
            }
            return Optional.of(id);
        } catch (IdentityException e) {
            section.problem("id", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static List<HostPort> addresses(Section section) {
        List<HostPort> addresses = new ArrayList<>();
        for (String text : section.strings("addresses", ADDRESSES_MAX)) {
            Optional<HostPort> parsed = HostPort.parse(text).filter(address -> address.port() > 0);
            if (parsed.isEmpty()) {
                section.problem(
                        "addresses", Section.quote(text) + " is not host:port, such as \"south.example.org:7443\"");
            }
            parsed.ifPresent(addresses::add);
        }
        return addresses;
    }

    private static Optional<Dial> dial(Section section, boolean addresses) {
        Optional<String> text = section.string("dial");
        if (text.isEmpty()) {
            return Optional.of(addresses ? Dial.BOTH : Dial.ACCEPT);
        }
        Optional<Dial> dial = Arrays.stream(Dial.values())
                .filter(value -> value.label().equals(text.get()))
                .findFirst();
        if (dial.isEmpty()) {
            section.problem(
                    "dial",
                    Section.quote(text.get()) + " is none of "
                            + Arrays.stream(Dial.values()).map(Dial::label).collect(Collectors.joining(", ")));
        }
        return dial;
    }

    private void checkDirection(Section section, Dial dial, List<HostPort> addresses) {
        if (dial.dials() && addresses.isEmpty() && section.absent("addresses")) {
            section.problem("addresses", "is missing, and dial = \"" + dial.label() + "\" needs at least one");
        }
        if (!dial.dials() && !addresses.isEmpty()) {
            section.problem(
                    "addresses", "is of no use, as dial = \"" + dial.label() + "\" never dials: remove one of them");
        }
        if (dial == Dial.ACCEPT && !listening) {
            section.problem("dial", "this peer can never connect: [daemon] has no listen, and dial is \"accept\"");
        }
    }

    /** What is wrong with a name of a trust domain. */
    static Optional<String> trustDomainProblem(String domain) {
        try {
            SpiffeId.ofTrustDomain(domain);
            return Optional.empty();
        } catch (IdentityException e) {
            return Optional.of("this is no trust domain: " + e.getMessage());
        }
    }
}
