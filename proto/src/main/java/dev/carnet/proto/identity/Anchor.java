package dev.carnet.proto.identity;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;

/**
 * One CA certificate that is trusted for a domain.
 *
 * <p>To RFC 5280 an anchor is a name and a key, and the JDK takes it at its word: it ignores what the anchor's certificate says about its own validity, path length
 * and name constraints. An operator who wrote those in means them. So a self-signed anchor is put at the end of the path, below an anchor of its own name and key, where every
 * rule applies to it. An intermediate CA that is configured as an anchor cannot stand there; its validity and path length are checked here, and
 * one with name constraints is refused.
 */
record Anchor(X509Certificate certificate, boolean selfSigned) {
    private static final String NAME_CONSTRAINTS = "2.5.29.30";
    private static final int KEY_CERT_SIGN = 5;

    static Anchor of(String domain, X509Certificate certificate) {
        String whose = "the anchor " + Certificates.describe(certificate) + " of the trust domain " + domain;
        if (certificate.getBasicConstraints() < 0) {
            throw new IdentityException(whose + " is not the certificate of a CA");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[KEY_CERT_SIGN]) {
            throw new IdentityException(whose + " may not sign certificates: its key usage has no keyCertSign");
        }
        boolean selfSigned = selfSigned(certificate);
        if (!selfSigned && certificate.getExtensionValue(NAME_CONSTRAINTS) != null) {
            throw new IdentityException(
                    whose + " has name constraints and is not self-signed: configure its root instead");
        }
        return new Anchor(certificate, selfSigned);
    }

    private static boolean selfSigned(X509Certificate certificate) {
        if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(certificate.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /**
     * @param path leaf first, without this anchor
     * @throws IdentityException where the path is not valid
     */
    void validate(SpiffeId id, List<X509Certificate> path, Instant at) {
        checkDates(at);
        List<X509Certificate> whole = new ArrayList<>(path);
        TrustAnchor top;
        if (selfSigned) {
            whole.add(certificate);
            top = new TrustAnchor(certificate.getSubjectX500Principal(), certificate.getPublicKey(), null);
        } else {
            checkIntermediate(id, path);
            top = new TrustAnchor(certificate, null);
        }
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(top));
            parameters.setRevocationEnabled(false); // SPEC section 5: certificates are short-lived instead
            parameters.setDate(Date.from(at));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(whole), parameters);
        } catch (CertPathValidatorException e) {
            throw new IdentityException(sentence(id, whole, e), e);
        } catch (GeneralSecurityException e) {
            throw new IdentityException("the chain of " + id + " cannot be validated: " + e.getMessage(), e);
        }
    }

    private void checkDates(Instant at) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant until = certificate.getNotAfter().toInstant();
        if (at.isBefore(from) || at.isAfter(until)) {
            throw new IdentityException("the anchor " + Certificates.describe(certificate) + " is not valid at " + at
                    + (at.isAfter(until) ? ": it expired at " + until : ": it is valid only from " + from));
        }
    }

    private void checkIntermediate(SpiffeId id, List<X509Certificate> path) {
        long intermediates = path.stream()
                .skip(1)
                .filter(ca -> !ca.getSubjectX500Principal().equals(ca.getIssuerX500Principal()))
                .count();
        if (intermediates > certificate.getBasicConstraints()) {
            throw new IdentityException("the chain of " + id + " is longer than its anchor "
                    + Certificates.describe(certificate) + " allows");
        }
    }

    private static String sentence(SpiffeId id, List<X509Certificate> path, CertPathValidatorException e) {
        int index = e.getIndex();
        String which = index < 0 || index >= path.size() ? "" : " at " + Certificates.describe(path.get(index));
        return "the chain of " + id + " is not valid" + which + ": "
                + IdentityException.quote(String.valueOf(e.getMessage()));
    }
}
