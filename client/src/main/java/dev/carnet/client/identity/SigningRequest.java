package dev.carnet.client.identity;

import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.LeafKeys;
import dev.carnet.proto.identity.Pem;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * A PKCS #10 request whose signature is good: its maker has the key. Nothing but ID and key is taken from it, whatever else it asks for.
 *
 * @param id the one name that it asks for
 */
record SigningRequest(SpiffeId id, PublicKey key) {
    /** PEM. */
    static String make(SpiffeId id, KeyPair keys) {
        try {
            var extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.subjectAlternativeName, false, CertificateMaker.uri(id));
            var request = new JcaPKCS10CertificationRequestBuilder(
                            CertificateMaker.commonName("carnet"), keys.getPublic())
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                    .build(new JcaContentSignerBuilder(CertificateMaker.signatureAlgorithm(keys.getPrivate()))
                            .build(keys.getPrivate()));
            return Pem.encode(Pem.CERTIFICATE_REQUEST, request.getEncoded());
        } catch (IOException | OperatorCreationException e) {
            throw new IdentityException("a request for " + id + " cannot be made: " + e.getMessage(), e);
        }
    }

    /** @throws IdentityException where it is no request, its signature is wrong, its key weak, or it asks for anything but one SPIFFE ID */
    static SigningRequest read(String pem) {
        List<Pem.Block> blocks = Pem.blocks(pem).stream()
                .filter(block -> block.label().equals(Pem.CERTIFICATE_REQUEST))
                .toList();
        if (blocks.size() != 1) {
            throw new IdentityException(
                    "there is not exactly one PEM block '" + Pem.CERTIFICATE_REQUEST + "', but " + blocks.size());
        }
        try {
            var request = new JcaPKCS10CertificationRequest(blocks.getFirst().der());
            PublicKey key = request.getPublicKey();
            LeafKeys.check(key, "the request");
            if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw new IdentityException(
                        "the request's signature is wrong: it was changed, or its maker has not the key");
            }
            return new SigningRequest(spiffeId(request.getRequestedExtensions()), key);
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException e) {
            throw new IdentityException("the request cannot be read: " + e.getMessage(), e);
        }
    }

    private static SpiffeId spiffeId(Extensions extensions) {
        var names =
                extensions == null ? null : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
        GeneralName[] all = names == null ? new GeneralName[0] : names.getNames();
        if (all.length != 1 || all[0].getTagNo() != GeneralName.uniformResourceIdentifier) {
            throw new IdentityException("the request asks for " + all.length
                    + " names; what is signed here is exactly one SPIFFE ID, a URI in the subjectAltName");
        }
        SpiffeId id = SpiffeId.parse(all[0].getName().toString());
        if (id.path().isEmpty()) {
            throw new IdentityException("the request asks for " + id + ", a trust domain: a daemon's ID has a path");
        }
        return id;
    }
}
