package dev.carnet.client.identity;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.identity.TrustAnchors.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Makes what the configuration's {@code [identity]} names. Keys are EC P-256 and never leave the directory in which they were made. Everything throws {@link
 * IdentityException} with a sentence where something is wrong with a key or a certificate, and {@link IOException} where a file is.
 */
public final class Identities {
    public static final String CA_CERTIFICATE = "ca.pem";
    public static final String CA_KEY = "ca-key.pem";
    public static final String CERTIFICATE = "cert.pem";
    public static final String KEY = "key.pem";
    public static final String TRUST = "trust.pem";
    public static final String REQUEST = "request.pem";

    /** How long a daemon's certificate lives where nobody says. There is no revocation: short is safe. */
    public static final int DAYS_DEFAULT = 90;

    public static final int DAYS_MAX = 825;

    private static final byte[] PROBE = "carnet key and certificate".getBytes(StandardCharsets.US_ASCII);

    private final InstantSource clock;
    private final SecureRandom random;
    private final CertificateMaker maker;

    public Identities(InstantSource clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
        this.maker = new CertificateMaker(random);
    }

    /** With the machine's clock and random numbers. */
    public static Identities system() {
        return new Identities(InstantSource.system(), new SecureRandom());
    }

    /** Makes a CA in a directory: {@link #CA_CERTIFICATE} and, mode 0600, {@link #CA_KEY}. One that is there is never replaced. */
    public Authority makeAuthority(String trustDomain, Path directory) throws IOException {
        SpiffeId domain = SpiffeId.ofTrustDomain(trustDomain);
        KeyPair keys = keys();
        X509Certificate certificate = maker.authority(domain, keys, clock.instant());
        IdentityFolder folder = IdentityFolder.make(directory);
        folder.requireAbsent(CA_KEY, CA_CERTIFICATE);
        folder.writeKey(CA_KEY, pem(keys.getPrivate()));
        folder.writePublic(CA_CERTIFICATE, pem(certificate));
        return new Authority(trustDomain, certificate, keys.getPrivate());
    }

    /** A CA that {@link #makeAuthority} made. */
    public Authority openAuthority(Path directory) throws IOException {
        X509Certificate certificate = Pem.certificates(IdentityFolder.read(directory.resolve(CA_CERTIFICATE)))
                .getFirst();
        PrivateKey key = Pem.privateKey(IdentityFolder.read(directory.resolve(CA_KEY)));
        if (certificate.getBasicConstraints() < 0) {
            throw new IdentityException(directory.resolve(CA_CERTIFICATE) + " is not the certificate of a CA");
        }
        if (!match(key, certificate.getPublicKey())) {
            throw new IdentityException(
                    directory.resolve(CA_KEY) + " is not the key of " + CA_CERTIFICATE + " beside it");
        }
        return new Authority(Certificates.spiffeId(certificate).trustDomain(), certificate, key);
    }

    /** Makes a key ({@link #KEY}, mode 0600) and a request for this ID ({@link #REQUEST}, which is returned); both must not be there yet. */
    public Path request(SpiffeId id, Path directory) throws IOException {
        requirePath(id);
        KeyPair keys = keys();
        IdentityFolder folder = IdentityFolder.make(directory);
        folder.requireAbsent(KEY, REQUEST);
        folder.writeKey(KEY, pem(keys.getPrivate()));
        return folder.writePublic(REQUEST, SigningRequest.make(id, keys));
    }

    /** The ID that a request asks for; its signature is good. */
    public static SpiffeId requested(String requestPem) {
        return SigningRequest.read(requestPem).id();
    }

    /**
     * Signs a request: its ID and its key, and nothing else that it asks for.
     *
     * @param days 1 to {@link #DAYS_MAX}; the certificate ends no later than the CA
     */
    public X509Certificate sign(Authority ca, String requestPem, int days) {
        SigningRequest request = SigningRequest.read(requestPem);
        return leaf(ca, request.id(), request.key(), days);
    }

    /**
     * The same with files.
     *
     * @param out made for the certificate, PEM; never replaced
     */
    public X509Certificate sign(Path caDirectory, Path request, Path out, int days) throws IOException {
        X509Certificate certificate = sign(openAuthority(caDirectory), IdentityFolder.read(request), days);
        IdentityFolder.writeNew(out, pem(certificate));
        return certificate;
    }

    /**
     * Puts a signed certificate in place: {@link #CERTIFICATE}, {@link #KEY} and {@link #TRUST}, each replaced in one step and only after all three were found to fit.
     *
     * @param key as {@link #request} made it; it may lie in the directory already
     * @return the ID
     */
    public SpiffeId install(Path certificateFile, Path caFile, Path key, Path directory) throws IOException {
        List<X509Certificate> chain = Pem.certificates(IdentityFolder.read(certificateFile));
        List<X509Certificate> anchors = Pem.certificates(IdentityFolder.read(caFile));
        PrivateKey privateKey = Pem.privateKey(IdentityFolder.read(key));
        SpiffeId id = check(chain, anchors);
        if (!match(privateKey, chain.getFirst().getPublicKey())) {
            throw new IdentityException(certificateFile + " certifies another key than " + key
                    + ": sign the request that lies beside that key");
        }
        IdentityFolder folder = IdentityFolder.make(directory);
        folder.writePublic(TRUST, pem(anchors));
        if (!folder.path(KEY).equals(key.toAbsolutePath().normalize())) {
            folder.writeKey(KEY, pem(privateKey));
        }
        folder.writePublic(CERTIFICATE, pem(chain));
        return id;
    }

    /** All three steps at once, for a node whose files this process may write: {@link #CERTIFICATE}, {@link #KEY} and {@link #TRUST} in a directory. */
    public X509Certificate issue(Authority ca, SpiffeId id, Path directory) throws IOException {
        requirePath(id);
        KeyPair keys = keys();
        X509Certificate certificate = leaf(ca, id, keys.getPublic(), DAYS_DEFAULT);
        IdentityFolder folder = IdentityFolder.make(directory);
        folder.requireAbsent(KEY, CERTIFICATE);
        folder.writePublic(TRUST, pem(ca.certificate()));
        folder.writeKey(KEY, pem(keys.getPrivate()));
        folder.writePublic(CERTIFICATE, pem(certificate));
        return certificate;
    }

    private X509Certificate leaf(Authority ca, SpiffeId id, PublicKey key, int days) {
        if (!id.trustDomain().equals(ca.trustDomain())) {
            throw new IdentityException("the request asks for " + id + ", and this is the " + ca
                    + ": a CA certifies names of its own trust domain alone");
        }
        if (days < 1 || days > DAYS_MAX) {
            throw new IdentityException("a certificate lives 1 to " + DAYS_MAX + " days, not " + days);
        }
        if (!clock.instant().isBefore(ca.certificate().getNotAfter().toInstant())) {
            throw new IdentityException("the " + ca + " has ended: make another and configure both for a while");
        }
        X509Certificate leaf = maker.leaf(ca, id, key, clock.instant(), Duration.ofDays(days));
        check(List.of(leaf), List.of(ca.certificate())); // what leaves here is what every daemon accepts
        return leaf;
    }

    /** Judges as a peer will, whichever side dials. */
    private SpiffeId check(List<X509Certificate> chain, List<X509Certificate> anchors) {
        SpiffeId id = Certificates.spiffeId(chain.getFirst());
        var trust = new TrustAnchors(Map.of(id.trustDomain(), anchors));
        trust.validate(chain, clock.instant(), Usage.DIALLER);
        return trust.validate(chain, clock.instant(), Usage.ACCEPTOR);
    }

    private static void requirePath(SpiffeId id) {
        if (id.path().isEmpty()) {
            throw new IdentityException(id + " is a trust domain: a daemon's ID has a path, such as " + id + "/north");
        }
    }

    private KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has EC P-256", e);
        }
    }

    private static boolean match(PrivateKey key, PublicKey publicKey) {
        try {
            Signature signature = Signature.getInstance(CertificateMaker.signatureAlgorithm(key));
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // another kind of key
        }
    }

    private static String pem(PrivateKey key) {
        return Pem.encode(Pem.PRIVATE_KEY, key.getEncoded());
    }

    private static String pem(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        certificates.forEach(certificate -> text.append(pem(certificate)));
        return text.toString();
    }

    /** PEM. */
    public static String pem(X509Certificate certificate) {
        try {
            return Pem.encode(Pem.CERTIFICATE, certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IdentityException("a certificate cannot be encoded", e);
        }
    }
}
