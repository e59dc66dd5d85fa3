package dev.carnet.proto.oms;

/** The private half of a manifest key. */
public interface OmsSigner {
    /** DER SubjectPublicKeyInfo of the P-256 key that signs. */
    byte[] publicKey();

    /**
     * Signs with ECDSA.
     *
     * @param sha256 of the message
     * @return the signature in DER
     */
    byte[] sign(byte[] sha256);
}
