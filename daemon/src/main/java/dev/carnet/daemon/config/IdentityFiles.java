package dev.carnet.daemon.config;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the files of {@code [identity]} hold, read and found to fit together: the key is that of the leaf, and a peer with the same anchors would accept the chain.
 *
 * @param id this daemon's own
 * @param chain leaf first
 * @param key the leaf's
 * @param anchors of every configured trust domain
 * @param authorities what the anchors were made of, by trust domain
 */
public record IdentityFiles(
        SpiffeId id,
        List<X509Certificate> chain,
        PrivateKey key,
        TrustAnchors anchors,
        Map<String, List<X509Certificate>> authorities) {
    /** Bytes of one PEM file. */
    public static final int FILE_BYTES_MAX = 1 << 20;

    private static final byte[] PROBE = "carnet key and certificate".getBytes(StandardCharsets.US_ASCII);

    public IdentityFiles {
        chain = List.copyOf(chain);
        authorities = Map.copyOf(authorities);
    }

    /**
     * @param at now
     * @throws ConfigException with everything that is wrong
     */
    public static IdentityFiles load(DaemonConfig config, Instant at) throws ConfigException {
        Problems problems = new Problems(config.file());
        Map<String, List<X509Certificate>> authorities = authorities(config.identity(), problems);
        Optional<TrustAnchors> anchors = anchors(authorities, problems);
        Optional<List<X509Certificate>> chain =
                read(config.identity().certificate(), "identity.certificate", problems, Pem::certificates);
        Optional<PrivateKey> key = read(config.identity().key(), "identity.key", problems, Pem::privateKey);
        Optional<SpiffeId> id = chain.flatMap(certificates ->
                anchors.flatMap(trusted -> validate(config.identity(), trusted, certificates, at, problems)));
        if (chain.isPresent()
                && key.isPresent()
                && !match(key.get(), chain.get().getFirst())) {
            problems.add(
                    0,
                    "identity.key",
                    config.identity().key() + " is not the key of the first certificate in "
                            + config.identity().certificate());
        }
        if (!problems.none()) {
            throw problems.exception();
        }
        return new IdentityFiles(
                id.orElseThrow(), chain.orElseThrow(), key.orElseThrow(), anchors.orElseThrow(), authorities);
    }

    private static Map<String, List<X509Certificate>> authorities(DaemonConfig.Identity identity, Problems problems) {
        Map<String, List<X509Certificate>> anchors = new LinkedHashMap<>();
        identity.trust().forEach((domain, files) -> {
            List<X509Certificate> all = new ArrayList<>();
            for (Path file : files) {
                read(file, "identity.trust." + domain, problems, Pem::certificates)
                        .ifPresent(all::addAll);
            }
            anchors.put(domain, List.copyOf(all));
        });
        return anchors;
    }

    private static Optional<TrustAnchors> anchors(Map<String, List<X509Certificate>> anchors, Problems problems) {
        if (!problems.none()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TrustAnchors(anchors));
        } catch (IdentityException e) {
            problems.add(0, "identity.trust", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * As a peer will, whichever side dials; where no anchor of its own trust domain is configured (all peers may live in others), its time alone.
     */
    private static Optional<SpiffeId> validate(
            DaemonConfig.Identity identity,
            TrustAnchors anchors,
            List<X509Certificate> chain,
            Instant at,
            Problems problems) {
        try {
            Optional<String> untimely = untimely(chain, at);
            if (untimely.isPresent()) {
                problems.add(0, "identity.certificate", identity.certificate() + ": " + untimely.get());
                return Optional.empty();
            }
            SpiffeId id = Certificates.spiffeId(chain.getFirst());
            if (anchors.trustDomains().contains(id.trustDomain())) {
                anchors.validate(chain, at, TrustAnchors.Usage.DIALLER);
                anchors.validate(chain, at, TrustAnchors.Usage.ACCEPTOR);
            }
            return Optional.of(id);
        } catch (IdentityException e) {
            problems.add(0, "identity.certificate", String.valueOf(e.getMessage()));
        }
        return Optional.empty();
    }

    /** Before anything else, and in plain words: it is the commonest mishap of all. */
    private static Optional<String> untimely(List<X509Certificate> chain, Instant at) {
        for (X509Certificate certificate : chain) {
            Instant from = certificate.getNotBefore().toInstant();
            Instant until = certificate.getNotAfter().toInstant();
            if (at.isBefore(from) || at.isAfter(until)) {
                String which = certificate.equals(chain.getFirst())
                        ? "the certificate of " + Certificates.spiffeId(certificate)
                        : "in the chain, the certificate " + Certificates.describe(certificate);
                return Optional.of(which + (at.isAfter(until) ? " expired at " + until : " is valid only from " + from)
                        + ", and it is " + at.truncatedTo(ChronoUnit.SECONDS)
                        + " here: renew it (`carnet identity sign` the same request again and `install` it, or ask your own CA),"
                        + " and look at this machine's clock");
            }
        }
        return Optional.empty();
    }

    private static <T> Optional<T> read(Path file, String key, Problems problems, Parser<T> parser) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new IOException("more than " + Quantity.ofSize(FILE_BYTES_MAX));
            }
            return Optional.of(parser.parse(new String(bytes, StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            problems.add(0, key, file + " cannot be read: " + e);
        } catch (IdentityException e) {
            problems.add(0, key, file + ": " + e.getMessage());
        }
        return Optional.empty();
    }

    /** Signs and verifies: the one test that holds for every kind of key. */
    private static boolean match(PrivateKey key, X509Certificate leaf) {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> "Ed25519";
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(leaf.getPublicKey());
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // another kind of key
        }
    }

    /** When the leaf ends. */
    public Instant notAfter() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    private interface Parser<T> {
        T parse(String pem);
    }
}
