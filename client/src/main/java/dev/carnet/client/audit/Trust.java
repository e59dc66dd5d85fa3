package dev.carnet.client.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.TrustPolicy;
import dev.carnet.proto.wire.Spiffe;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an auditor believes from elsewhere: a trust file (LEDGER.md, section 4), or nothing. Immutable. */
public final class Trust {
    /** No trust file: a ledger can be consistent with itself, and no more. */
    public static final Trust NONE = new Trust(null, Map.of(), Map.of());

    /** A trust file is written by hand: more bytes are not read. */
    public static final int BYTES_MAX = 4 << 20;

    private static final int ENTRY_KEYS_MAX = 4_096;

    private final @Nullable TrustPolicy policy;
    private final Map<String, Set<String>> entryKeys;
    private final Map<String, List<X509Certificate>> anchors;

    private Trust(
            @Nullable TrustPolicy policy,
            Map<String, Set<String>> entryKeys,
            Map<String, List<X509Certificate>> anchors) {
        this.policy = policy;
        this.entryKeys = entryKeys;
        this.anchors = anchors;
    }

    /**
     * Reads a trust file.
     *
     * @throws LogException naming the line and what is wrong with it
     */
    public static Trust parse(byte[] file) {
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
        } catch (CharacterCodingException e) {
            throw new LogException("a trust file is UTF-8, this one is not", e);
        }
        if (!text.endsWith("\n")) {
            throw new LogException("each line of a trust file ends in a newline, the last one too");
        }
        return new Reader().read(List.of(text.substring(0, text.length() - 1).split("\n", -1)));
    }

    /** Whether there is none. */
    public boolean none() {
        return policy == null;
    }

    /** The listed keys of a log. */
    List<NoteKey> logs(String origin) {
        return policy == null
                ? List.of()
                : policy.logs().stream()
                        .filter(key -> key.name().equals(origin))
                        .toList();
    }

    /** The witnesses by the names that the policy gives them. */
    Map<String, NoteKey> witnesses() {
        return policy == null ? Map.of() : policy.witnesses();
    }

    /** Whether enough witnesses have cosigned, by those names. */
    boolean quorumOf(Set<String> cosigned) {
        return policy != null && policy.quorumOf(cosigned);
    }

    /** What has to have cosigned: the name of a witness or group, or {@code none}. */
    String quorum() {
        return policy == null ? TrustPolicy.NONE : policy.quorum();
    }

    /** Ids of the listed entry keys of a ledger. */
    Set<String> entryKeys(String origin) {
        return entryKeys.getOrDefault(origin, Set.of());
    }

    /** The anchors of a trust domain; empty where none is listed. */
    Optional<TrustAnchors> anchors(String trustDomain) {
        return Optional.ofNullable(anchors.get(trustDomain)).map(ca -> new TrustAnchors(Map.of(trustDomain, ca)));
    }

    /** The certificates of those anchors. */
    List<X509Certificate> anchorCertificates(String trustDomain) {
        return anchors.getOrDefault(trustDomain, List.of());
    }

    /** Our own two kinds of lines are taken out; the others are a policy. */
    private static final class Reader {
        private final Map<String, Set<String>> entryKeys = new HashMap<>();
        private final Map<String, List<X509Certificate>> anchors = new HashMap<>();
        private int keys;

        Trust read(List<String> lines) {
            List<String> policy = new ArrayList<>(lines);
            for (int i = 0; i < lines.size(); i++) {
                List<String> items = TrustPolicy.items(lines.get(i));
                try {
                    switch (items.isEmpty() ? "" : items.getFirst()) {
                        case "entry" -> entry(items);
                        case "ca" -> ca(items);
                        default -> {
                            continue;
                        }
                    }
                } catch (LogException | IdentityException e) {
                    throw new LogException("line " + (i + 1) + ": " + e.getMessage(), e);
                }
                policy.set(i, ""); // the numbers of the others stay
            }
            Trust read = new Trust(TrustPolicy.parse(policy), Map.copyOf(entryKeys), Map.copyOf(anchors));
            try {
                read.anchors.keySet().forEach(read::anchors);
            } catch (IdentityException e) {
                throw new LogException(String.valueOf(e.getMessage()), e);
            }
            return read;
        }

        private void entry(List<String> items) {
            if (items.size() != 3
                    || !Spiffe.isOrigin(items.get(1))
                    || !items.get(2).matches("[0-9a-f]{64}")) {
                throw new LogException("an entry key is 'entry <origin> <key id, 64 hex digits>'");
            }
            if (++keys > ENTRY_KEYS_MAX) {
                throw new LogException("more than " + ENTRY_KEYS_MAX + " entry keys");
            }
            entryKeys.computeIfAbsent(items.get(1), origin -> new HashSet<>()).add(items.get(2));
        }

        private void ca(List<String> items) {
            if (items.size() != 3) {
                throw new LogException("an anchor is 'ca <trust domain> <base64 of the certificate's DER>'");
            }
            SpiffeId.ofTrustDomain(items.get(1));
            byte[] der;
            try {
                der = Base64.getDecoder().decode(items.get(2));
            } catch (IllegalArgumentException e) {
                throw new LogException("the anchor is no base64", e);
            }
            String again = Base64.getEncoder().encodeToString(der);
            if (!again.equals(items.get(2))) { // the decoder takes it without padding, too
                throw new LogException("the anchor's base64 is not written the one way there is");
            }
            anchors.computeIfAbsent(items.get(1), domain -> new ArrayList<>()).addAll(Certificates.parse(List.of(der)));
        }
    }
}
