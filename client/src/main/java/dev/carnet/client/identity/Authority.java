package dev.carnet.client.identity;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * A certificate authority of one trust domain, with its key: what signs.
 *
 * @param trustDomain SPIFFE trust domain; it certifies names in no other
 */
public record Authority(String trustDomain, X509Certificate certificate, PrivateKey key) {
    /** Never the key. */
    @Override
    public String toString() {
        return "CA of " + trustDomain;
    }
}
