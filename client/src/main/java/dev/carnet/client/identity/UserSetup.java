package dev.carnet.client.identity;

import dev.carnet.client.UserFolders;
import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The configuration of {@code carnetd --user}, with an identity of its own: a CA for a trust domain that nobody else has, and a certificate of it. What is there is
 * never replaced.
 */
public final class UserSetup {
    /** In the folder of the configuration. */
    public static final String CONFIG = UserFolders.CONFIG;

    static final String CA = "ca";
    static final String IDENTITY = "identity";

    /** One line each, of hosts and ports that others dial: the configuration has no place for it, since the daemon does not need to know. */
    static final String ADDRESSES = "addresses";

    private static final Pattern LISTEN = Pattern.compile("(?m)^\\s*listen\\s*=\\s*\"([^\"\\\\]*)\"");

    private final Path folder;
    private final Identities identities;

    public UserSetup(UserFolders folders, Identities identities) {
        this.folder = folders.config();
        this.identities = identities;
    }

    /**
     * What is to be made.
     *
     * @param trustDomain of the CA
     * @param path of the daemon's ID, without its first slash
     * @param listen host:port; empty for a daemon that only dials
     * @param addresses that others dial, as a card shall say them; empty for what the machine has then
     * @param volumes by name; made where they are missing
     */
    public record Wanted(
            String trustDomain,
            String path,
            Optional<String> listen,
            List<String> addresses,
            Map<String, Path> volumes) {}

    /**
     * What was made.
     *
     * @param config its file
     * @param id of the daemon
     * @param ca the folder of the CA
     */
    public record Made(Path config, SpiffeId id, Path ca) {}

    /**
     * @throws FileAlreadyExistsException where something of it is there
     * @throws IdentityException where a name is wrong
     */
    public Made make(Wanted wanted) throws IOException {
        SpiffeId id = SpiffeId.parse("spiffe://" + wanted.trustDomain() + "/" + wanted.path());
        wanted.addresses().forEach(IdentityCard::checkAddress);
        for (String name : List.of(CONFIG, IDENTITY, CA)) {
            if (Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(folder.resolve(name).toString());
            }
        }
        IdentityFolder own = IdentityFolder.make(folder);
        for (Path volume : wanted.volumes().values()) {
            Files.createDirectories(volume);
        }
        var ca = identities.makeAuthority(wanted.trustDomain(), folder.resolve(CA));
        var _ = identities.issue(ca, id, folder.resolve(IDENTITY));
        if (!wanted.addresses().isEmpty()) {
            var _ = own.writePublic(ADDRESSES, String.join("\n", wanted.addresses()) + "\n");
        }
        // last: a configuration that is there is whole
        Path config = IdentityFolder.writeNew(folder.resolve(CONFIG), config(wanted));
        return new Made(config, id, folder.resolve(CA));
    }

    private static String config(Wanted wanted) {
        var text = new StringBuilder("""
                # Made by `carnet init` for `carnetd --user`. Everything that may stand here: daemon/docs/config.md.
                # `carnet peer add` puts a file for each peer into carnetd.d/ beside this one.

                [daemon]
                """);
        wanted.listen()
                .ifPresent(
                        listen -> text.append("listen = ").append(quote(listen)).append('\n'));
        text.append("\n[identity]\n");
        text.append("certificate = ")
                .append(quote(IDENTITY + "/" + Identities.CERTIFICATE))
                .append('\n');
        text.append("key = ").append(quote(IDENTITY + "/" + Identities.KEY)).append('\n');
        text.append("\n[identity.trust]\n");
        text.append(quote(wanted.trustDomain()))
                .append(" = ")
                .append(quote(IDENTITY + "/" + Identities.TRUST))
                .append('\n');
        wanted.volumes()
                .forEach((name, path) -> text.append("\n[[volume]]\nname = ")
                        .append(quote(name))
                        .append("\npath = ")
                        .append(quote(path.toString()))
                        .append('\n'));
        return text.toString();
    }

    /** A basic string of TOML. */
    static String quote(String text) {
        var quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < 0x20 || c == 0x7f) {
                quoted.append(String.format(java.util.Locale.ROOT, "\\u%04x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }

    /**
     * The card of the daemon whose configuration lies here.
     *
     * @param alias empty: the first part of the trust domain's name
     * @param given addresses; empty: those of {@link #make}, else those that this machine has now at the port that the daemon listens at
     * @param machine gives the machine's own addresses, without a port
     */
    public IdentityCard card(Optional<String> alias, List<String> given, Machine machine) throws IOException {
        Path identity = folder.resolve(IDENTITY);
        if (!Files.exists(identity.resolve(Identities.CERTIFICATE))) {
            throw new IdentityException("there is no " + identity.resolve(Identities.CERTIFICATE)
                    + ": `carnet init` makes it. Of a daemon that is configured elsewhere, name the files with --certificate and"
                    + " --trust");
        }
        return card(
                alias, given, machine, identity.resolve(Identities.CERTIFICATE), identity.resolve(Identities.TRUST));
    }

    /** The same with files that lie elsewhere. */
    public IdentityCard card(Optional<String> alias, List<String> given, Machine machine, Path certificate, Path trust)
            throws IOException {
        SpiffeId id = Certificates.spiffeId(
                Pem.certificates(IdentityFolder.read(certificate)).getFirst());
        List<X509Certificate> anchors = Pem.certificates(IdentityFolder.read(trust));
        return new IdentityCard(
                alias.orElseGet(() -> aliasOf(id)), id, given.isEmpty() ? addresses(machine) : given, anchors);
    }

    /** What the machine says of itself; a test has its own. */
    public interface Machine {
        /** As in an address: IPv6 in brackets. The best first. */
        List<String> hosts() throws IOException;
    }

    private List<String> addresses(Machine machine) throws IOException {
        Path chosen = folder.resolve(ADDRESSES);
        if (Files.exists(chosen)) {
            return IdentityFolder.read(chosen)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
        Path config = folder.resolve(CONFIG);
        if (!Files.exists(config)) {
            return List.of();
        }
        Matcher listen = LISTEN.matcher(IdentityFolder.read(config));
        if (!listen.find()) {
            return List.of();
        }
        String at = listen.group(1);
        int colon = at.lastIndexOf(':');
        String host = colon < 0 ? "" : at.substring(0, colon);
        if (!host.equals("0.0.0.0") && !host.equals("[::]")) {
            return List.of(at);
        }
        List<String> addresses = new ArrayList<>();
        for (String own : machine.hosts()) {
            if (addresses.size() < IdentityCard.ADDRESSES_MAX && !(host.equals("0.0.0.0") && own.startsWith("["))) {
                addresses.add(own + at.substring(colon));
            }
        }
        return addresses;
    }

    private static String aliasOf(SpiffeId id) {
        String domain = id.trustDomain();
        String first = domain.contains(".") ? domain.substring(0, domain.indexOf('.')) : domain;
        // what init adds to a host's name to make it the only one of its kind is of no use in an alias
        String name = first.replaceFirst("-[0-9a-f]{8}$", "");
        String alias = name.isEmpty() ? first : name;
        return IdentityCard.ALIAS.matcher(alias).matches() ? alias : "peer";
    }
}
