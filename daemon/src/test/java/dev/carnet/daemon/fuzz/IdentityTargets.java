package dev.carnet.daemon.fuzz;

import static dev.carnet.daemon.fuzz.Target.hold;

import dev.carnet.proto.identity.Certificates;
import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors;
import dev.carnet.proto.wire.Spiffe;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Who somebody says to be. Nothing but {@link IdentityException} says no. */
final class IdentityTargets {
    private IdentityTargets() {}

    /** A certificate that is no seed is never trusted, whatever it says: nobody here has the key of the CA. */
    static void certificate(byte[] input) throws CertificateEncodingException {
        X509Certificate read;
        try {
            read = Certificates.parse(List.of(input)).getFirst();
        } catch (IdentityException e) {
            named(e);
            return;
        }
        hold(Arrays.equals(read.getEncoded(), input), "a certificate is written as other bytes");
        try {
            SpiffeId id = Certificates.spiffeId(read);
            hold(SpiffeId.parse(id.uri()).equals(id), "an ID out of a certificate that is none");
        } catch (IdentityException e) {
            named(e);
        }
        trust(read, input);
    }

    private static void trust(X509Certificate read, byte[] der) {
        TrustAnchors anchors = new TrustAnchors(Map.of("example.org", Vectors.ANCHORS));
        for (TrustAnchors.Usage usage : TrustAnchors.Usage.values()) {
            try {
                anchors.validate(
                        List.of(read), Instant.ofEpochMilli(read.getNotBefore().getTime() + 1), usage);
                hold(Vectors.isCertificate(der), "a certificate is trusted that nobody signed");
            } catch (IdentityException e) {
                named(e);
            }
        }
    }

    static void pem(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        try {
            for (Pem.Block block : Pem.blocks(text)) {
                if (block.der().length > 0 && !block.label().contains("-----")) {
                    Pem.Block again =
                            Pem.blocks(Pem.encode(block.label(), block.der())).getFirst();
                    hold(Arrays.equals(again.der(), block.der()), "a block is written as another");
                    hold(again.label().equals(block.label()), "a label is written as another");
                }
            }
        } catch (IdentityException e) {
            named(e);
        }
        quietly(() -> Pem.certificates(text));
        quietly(() -> Pem.privateKey(text));
    }

    static void spiffeId(byte[] input) {
        String text = new String(input, StandardCharsets.ISO_8859_1);
        SpiffeId id;
        try {
            id = SpiffeId.parse(text);
        } catch (IdentityException e) {
            named(e);
            hold(!Spiffe.isId(text), "an ID to one and not to the other");
            return;
        }
        hold(("spiffe://" + id.trustDomain() + id.path()).equals(text), "the parts of an ID are not the whole");
        hold(SpiffeId.ofTrustDomain(id.trustDomain()).path().isEmpty(), "a trust domain with a path");
        hold(Spiffe.isId(text) == !id.path().isEmpty(), "a daemon's ID has a path");
    }

    private static void quietly(Runnable parse) {
        try {
            parse.run();
        } catch (IdentityException e) {
            named(e);
        }
    }

    /** A stranger's bytes reach people through these sentences. */
    private static void named(IdentityException e) {
        String sentence = String.valueOf(e.getMessage());
        hold(!sentence.isBlank(), "refused without a word");
    }
}
