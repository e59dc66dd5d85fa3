package dev.carnet.client.identity;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What another daemon has to know of this one before both can talk: one text that people send to one another. It holds no secret, and proves nothing by itself:
 * whoever takes one believes the way that it came by.
 *
 * <p>Lines {@code name: value} between a first and a last line, then the certificates of the CAs as PEM. The last line carries the first 32 hex digits of the SHA-256 of
 * every line before it without white space at its ends, so that a text that was cut or changed on its way is noticed.
 *
 * @param alias what others may call it
 * @param id of the daemon
 * @param addresses host:port where it listens; empty where it only dials
 * @param anchors CAs of its trust domain
 */
public record IdentityCard(String alias, SpiffeId id, List<String> addresses, List<X509Certificate> anchors) {
    /** Characters of a card; a chain of CAs has some thousand. */
    public static final int CHARS_MAX = 256 * 1024;

    /** The daemon's own limit. */
    public static final int ADDRESSES_MAX = 8;

    /** What the daemon's configuration takes as a name. */
    public static final Pattern ALIAS = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    private static final Pattern ADDRESS =
            Pattern.compile("[^\\s:\\[\\]\"\\\\]+:[0-9]{1,5}|\\[[0-9a-fA-F:.]+\\]:[0-9]{1,5}");
    private static final String FIRST = "-----BEGIN CARNET IDENTITY CARD 1-----";
    private static final String LAST = "-----END CARNET IDENTITY CARD ";
    private static final String DASHES = "-----";
    private static final int DIGITS = 32;
    private static final int PORT_MAX = 65_535;

    /** @throws IdentityException where a part of it is wrong, with a sentence */
    public IdentityCard {
        addresses = List.copyOf(addresses);
        anchors = List.copyOf(anchors);
        if (!ALIAS.matcher(alias).matches()) {
            throw new IdentityException(
                    "'" + alias + "'" + " is no alias: 1 to 64 of a-z 0-9 - _ . beginning with a letter or digit");
        }
        if (id.path().isEmpty()) {
            throw new IdentityException(id + " names a trust domain and no daemon");
        }
        if (addresses.size() > ADDRESSES_MAX) {
            throw new IdentityException(addresses.size() + " addresses, and at most " + ADDRESSES_MAX + " are of use");
        }
        addresses.forEach(IdentityCard::checkAddress);
        new TrustAnchors(Map.of(id.trustDomain(), anchors)).trustDomains(); // judges each as a daemon will
    }

    /** @throws IdentityException where this is no host:port */
    public static void checkAddress(String address) {
        boolean good = ADDRESS.matcher(address).matches();
        int port = good ? Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)) : 0;
        if (port < 1 || port > PORT_MAX) {
            throw new IdentityException("'" + address + "'"
                    + " is no address: write host:port, such as south.example.org:7443 or [2001:db8::1]:7443");
        }
    }

    /** The CAs as PEM, for a configuration. */
    public String trust() {
        var pem = new StringBuilder();
        anchors.forEach(anchor -> pem.append(Identities.pem(anchor)));
        return pem.toString();
    }

    /** SHA-256 of each CA's key, for two people who compare them by another way. */
    public List<String> keys() {
        return anchors.stream().map(Certificates::keySha256).toList();
    }

    /** With its last newline. */
    public String text() {
        var text = new StringBuilder(FIRST).append('\n');
        text.append("alias: ").append(alias).append('\n');
        text.append("id: ").append(id).append('\n');
        addresses.forEach(address -> text.append("address: ").append(address).append('\n'));
        text.append(trust());
        return text + LAST + digest(text.toString().lines().toList()) + DASHES + "\n";
    }

    /**
     * Reads one out of a text that may have other lines before and behind it.
     *
     * @throws IdentityException where there is not exactly one whole card, with a sentence
     */
    public static IdentityCard parse(String text) {
        if (text.length() > CHARS_MAX) {
            throw new IdentityException("it has more than " + CHARS_MAX + " characters");
        }
        List<String> lines = cut(text.lines().map(String::strip).toList());
        String end = lines.getLast();
        List<String> body = lines.subList(0, lines.size() - 1);
        if (!end.equals(LAST + digest(body) + DASHES)) {
            throw new IdentityException("the card was changed on its way: its last line does not fit to the others");
        }
        Map<String, List<String>> members = new TreeMap<>();
        for (String line : body.subList(1, body.size())) {
            if (line.startsWith(DASHES)) {
                break;
            }
            int colon = line.indexOf(": ");
            if (colon > 0) {
                members.computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
                        .add(line.substring(colon + 2).strip());
            }
        }
        return new IdentityCard(
                one(members, "alias"),
                SpiffeId.parse(one(members, "id")),
                members.getOrDefault("address", List.of()),
                Pem.certificates(String.join("\n", body.subList(1, body.size()))));
    }

    private static List<String> cut(List<String> lines) {
        int first = lines.indexOf(FIRST);
        if (first < 0) {
            throw new IdentityException("this is no identity card: there is no line '" + FIRST + "'");
        }
        for (int i = first + 1; i < lines.size(); i++) {
            if (lines.get(i).equals(FIRST)) {
                throw new IdentityException("a second card begins within the first: one is not whole");
            }
            if (lines.get(i).startsWith(LAST)) {
                List<String> others = lines.subList(i + 1, lines.size());
                if (others.contains(FIRST)) {
                    throw new IdentityException("there is more than one card: add one peer after the other");
                }
                return lines.subList(first, i + 1);
            }
        }
        throw new IdentityException("the card is not whole: its last line is missing");
    }

    private static String one(Map<String, List<String>> members, String name) {
        List<String> values = members.getOrDefault(name, List.of());
        if (values.size() != 1) {
            throw new IdentityException("the card names " + values.size() + " times '" + name + "', not once");
        }
        return values.getFirst();
    }

    private static String digest(List<String> lines) {
        try {
            byte[] bytes = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                    .substring(0, DIGITS);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
