package dev.carnet.daemon.ledger;

import java.util.List;

/** The TLS leaf key, for the one thing besides handshakes that it signs: the key proof of a key binding (SPEC section 10). */
public interface LeafSigner {
    /** The SPIFFE ID in the leaf. */
    String spiffeId();

    /** {@code ecdsa-p256-sha256}, {@code ed25519} or {@code rsa-pss-sha256}. */
    String algorithm();

    /** The signature over exactly these bytes. */
    byte[] sign(byte[] message);

    /** DER certificates, leaf first. */
    List<byte[]> chain();
}
