package dev.carnet.daemon.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
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
    private final Path base;
    private final Problems problems;

    ConfigReader(Path file, Problems problems) {
        this.file = file;
        this.base = file.resolveSibling("");
        this.problems = problems;
    }

    /** The configuration; of no worth where problems were found. */
    DaemonConfig read(Section root) {
        var general = part(root, "daemon", true);
        var daemon = daemon(general);
        var identity = identity(part(root, "identity", true));
        var volumes = new VolumeReader(this, general.absent("state") ? Optional.empty() : Optional.of(daemon.state()));
        root.tables("volume", VolumeReader.VOLUMES_MAX).forEach(volumes::read);
        var peers = new PeerReader(identity.trust().keySet(), daemon.listen().isPresent());
        root.tables("peer", PeerReader.PEERS_MAX).forEach(peers::read);
        var policy = new PolicyReader(peers, volumes);
        root.tables("policy", PolicyReader.RULES_MAX).forEach(policy::read);
        var limits = LimitsReader.read(part(root, "limits", false));
        root.end();
        return new DaemonConfig(file, daemon, identity, volumes.volumes(), peers.peers(), policy.rules(), limits);
    }

    private DaemonConfig.Daemon daemon(Section section) {
        Path state = requiredPath(section, "state");
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
                .orElse(DaemonConfig.SOCKET_DEFAULT);
        Optional<String> origin = section.string("origin");
        if (origin.isPresent() && !ORIGIN.matcher(origin.get()).matches()) {
            section.problem(
                    "origin",
                    Section.quote(origin.get())
                            + " is no origin: 1 to 255 printable ASCII characters without spaces and '+', such as \"ledger.example.org/north\"");
        }
        boolean allowRoot = section.bool("allow-root", false);
        section.end();
        return new DaemonConfig.Daemon(state, listen, socket, origin, allowRoot);
    }

    private DaemonConfig.Identity identity(Section section) {
        Path certificate = requiredPath(section, "certificate");
        Path key = requiredPath(section, "key");
        Map<String, List<Path>> trust = new TreeMap<>();
        Section domains = part(section, "trust", true);
        for (String domain : domains.keys()) {
            trust.put(domain, anchors(domains, domain));
        }
        if (trust.size() > TRUST_DOMAINS_MAX) {
            section.problem("trust", "names more than " + TRUST_DOMAINS_MAX + " trust domains");
        }
        section.end();
        return new DaemonConfig.Identity(certificate, key, trust);
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
        return section.required(key).map(text -> path(section, key, text)).orElse(base);
    }

    /** Relative to the file; absolute and normalised. */
    Path path(Section section, String key, String text) {
        try {
            if (text.isEmpty()) {
                section.problem(key, "is empty");
            }
            return base.resolve(text).normalize();
        } catch (InvalidPathException e) {
            section.problem(key, Section.quote(text) + " is no path: " + e.getReason());
            return base;
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
