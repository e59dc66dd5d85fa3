package dev.carnet.daemon.transport;

import java.time.Instant;
import java.util.List;

/**
 * What the rest of the daemon may know of an authenticated connection.
 *
 * @param spiffeId the one URI SAN of the leaf
 * @param keySha256 SHA-256 of the leaf's SubjectPublicKeyInfo (32 bytes, lower-case hex)
 * @param localKeySha256 the same of our own leaf
 * @param chain DER certificates, leaf first
 * @param group negotiated group, "X25519MLKEM768"
 * @param suite negotiated cipher suite, e.g. "TLS_AES_256_GCM_SHA384"
 * @param exporterSha256 SHA-256 (lower-case hex) of the exporter value that identifies this connection on both sides (SPEC "Exporters")
 * @param notAfter when the leaf ends, and with it the session
 */
public record PeerFacts(
        String spiffeId,
        String keySha256,
        String localKeySha256,
        List<byte[]> chain,
        String group,
        String suite,
        String exporterSha256,
        Instant notAfter) {}
