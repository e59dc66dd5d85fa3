package dev.carnet.daemon.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tomlj.Toml;

/** The tables of the file, in the order in which one needs the other. */
final class ConfigReader {
    /** SPEC section 4 says it of volumes; peers and rules are named alike. */
    static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    static final String NAME_RULE = "1 to 64 of a-z 0-9 - _ . beginning with a letter or digit";

    private static final int ANCHOR_FILES_MAX = 64;
    private static final int TRUST_DOMAINS_MAX = 256;

    /** C2SP: no spaces, no plus; printable ASCII is our own narrower choice. */
    private static final Pattern ORIGIN = Pattern.compile("[!-~&&[^+]]{1,255}");

    private final Path file;
    private final Problems problems;
    private final Defaults defaults;

    ConfigReader(Path file, Problems problems, Defaults defaults) {
        this.file = file;
        this.problems = problems;
        this.defaults = defaults;
    }

    /**
     * The configuration; of no worth where problems were found.
     *
     * @param root the main file
     * @param more files that add peers, rules, anchors and refusals, in their order
     */
    DaemonConfig read(Section root, List<Section> more) {
        var general = part(root, "daemon", defaults.state().isEmpty()); // of one user: all of it has a default
        var daemon = daemon(general);
        Map<String, List<Path>> trust = new TreeMap<>();
        var identity = identity(part(root, "identity", true), trust);
        more.forEach(part -> part.table("identity").ifPresent(section -> {
            trust(section, false, trust);
            section.end();
        }));
        var volumes = new VolumeReader(
                this,
                general.absent("state") && defaults.state().isEmpty() ? Optional.empty() : Optional.of(daemon.state()),
                List.of(file, daemon.socket(), identity.certificate(), identity.key()));
        root.tables("volume", VolumeReader.VOLUMES_MAX).forEach(volumes::read);
        List<Section> all = Stream.concat(Stream.of(root), more.stream()).toList();
        var peers = new PeerReader(trust.keySet(), daemon.listen().isPresent());
        each(all, "peer", PeerReader.PEERS_MAX, peers::read);
        var auditors = new AuditorReader(trust.keySet(), daemon.listen().isPresent());
        each(all, "auditor", AuditorReader.AUDITORS_MAX, auditors::read);
        var policy = new PolicyReader(peers, volumes);
        each(all, "policy", PolicyReader.RULES_MAX, policy::read);
        var revocation = new RevocationReader(this, trust.keySet());
        all.forEach(part -> part.table("revocation").ifPresent(revocation::read));
        var rights = rights(root, peers, volumes);
        var limits = LimitsReader.read(part(root, "limits", false));
        all.forEach(Section::end);
        return new DaemonConfig(
                file,
                daemon,
                new DaemonConfig.Identity(identity.certificate(), identity.key(), trust),
                volumes.volumes(),
                peers.peers(),
                auditors.auditors(),
                policy.rules(),
                rights,
                revocation.revocation(),
                limits);
    }

    /** The tables of all files, counted together. */
    private static void each(List<Section> files, String key, int max, Consumer<Section> reader) {
        int count = 0;
        for (Section part : files) {
            List<Section> tables = part.tables(key, max);
            count += tables.size();
            if (count > max) {
                part.problem(key, "is there " + count + " times in all files to here, more than " + max);
                return;
            }
            tables.forEach(reader);
        }
    }

    private RightsConfig rights(Section root, PeerReader peers, VolumeReader volumes) {
        var principals = new PrincipalReader(defaults.accounts());
        root.tables("principal", PrincipalReader.PRINCIPALS_MAX).forEach(principals::read);
        var grants = new GrantReader(principals, peers, volumes);
        root.tables("grant", GrantReader.GRANTS_MAX).forEach(grants::read);
        var maps = new PathMapReader(this, principals);
        root.tables("path-map", PathMapReader.MAPS_MAX).forEach(maps::read);
        return new RightsConfig(principals.principals(), grants.grants(), maps.maps());
    }

    private DaemonConfig.Daemon daemon(Section section) {
        Path state = defaults.state().isPresent() && section.absent("state")
                ? defaults.state().get()
                : requiredPath(section, "state");
        Optional<HostPort> listen = section.string("listen").flatMap(text -> {
            Optional<HostPort> parsed = HostPort.parse(text);
            if (parsed.isEmpty()) {
                section.problem(
                        "listen", Section.quote(text) + " is not host:port, such as \"0.0.0.0:7443\" or \"[::]:7443\"");
            }
            return parsed;
        });
        Path socket = section.string("socket")
                .map(text -> path(section, "socket", text))
                .orElse(defaults.socket());
        Optional<String> origin = section.string("origin");
        if (origin.isPresent() && !ORIGIN.matcher(origin.get()).matches()) {
            section.problem(
                    "origin",
                    Section.quote(origin.get())
                            + " is no origin: 1 to 255 printable ASCII characters without spaces and '+', such as \"ledger.example.org/north\"");
        }
        Optional<Path> witnesses = section.string("witnesses").map(text -> path(section, "witnesses", text));
        boolean allowRoot = section.bool("allow-root", false);
        section.end();
        return new DaemonConfig.Daemon(state, listen, socket, origin, witnesses, allowRoot);
    }

    private DaemonConfig.Identity identity(Section section, Map<String, List<Path>> trust) {
        Path certificate = requiredPath(section, "certificate");
        Path key = requiredPath(section, "key");
        trust(section, true, trust);
        section.end();
        return new DaemonConfig.Identity(certificate, key, Map.of());
    }

    /** Anchors of several files for one trust domain are all trusted. */
    private void trust(Section identity, boolean required, Map<String, List<Path>> trust) {
        Section domains = part(identity, "trust", required);
        for (String domain : domains.keys()) {
            List<Path> files = new ArrayList<>(trust.getOrDefault(domain, List.of()));
            files.addAll(anchors(domains, domain));
            if (files.size() > ANCHOR_FILES_MAX) {
                domains.problem(domain, "has more than " + ANCHOR_FILES_MAX + " files in all");
            }
            trust.put(domain, files.stream().distinct().toList());
        }
        if (trust.size() > TRUST_DOMAINS_MAX) {
            identity.problem("trust", "names more than " + TRUST_DOMAINS_MAX + " trust domains");
        }
    }

    private List<Path> anchors(Section domains, String domain) {
        PeerReader.trustDomainProblem(domain).ifPresent(sentence -> domains.problem(domain, sentence));
        List<String> files = domains.strings(domain, ANCHOR_FILES_MAX);
        if (files.isEmpty()) {
            domains.problem(domain, "names no file with the certificates of its CA");
        }
        return files.stream().map(text -> path(domains, domain, text)).toList();
    }

    /** A table of the root; where it is absent, an empty one that stands for it. */
    private Section part(Section parent, String key, boolean required) {
        Optional<Section> section = parent.table(key);
        if (section.isEmpty() && required && parent.absent(key)) {
            parent.problem(key, "the table is missing");
        }
        return section.orElseGet(() -> new Section(Toml.parse(""), key, 1, required ? new Problems(file) : problems));
    }

    private Path requiredPath(Section section, String key) {
        return section.required(key).map(text -> path(section, key, text)).orElse(base(section));
    }

    private static Path base(Section section) {
        return section.file().resolveSibling("");
    }

    /** Relative to the file; absolute and normalised. */
    Path path(Section section, String key, String text) {
        try {
            if (text.isEmpty()) {
                section.problem(key, "is empty");
            }
            return base(section).resolve(text).normalize();
        } catch (InvalidPathException e) {
            section.problem(key, Section.quote(text) + " is no path: " + e.getReason());
            return base(section);
        }
    }

    /** Reports a name that breaks the rule or is taken. */
    static boolean nameIsGood(Section section, String key, String name, List<String> taken) {
        if (!NAME.matcher(name).matches()) {
            section.problem(key, Section.quote(name) + " is no name: " + NAME_RULE);
            return false;
        }
        if (taken.contains(name)) {
            section.problem(key, Section.quote(name) + " is there already");
            return false;
        }
        return true;
    }
}
