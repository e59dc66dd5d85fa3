package dev.carnet.proto.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.proto.wire.Limits;
import java.io.ByteArrayOutputStream;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The TLS leaf's word for a key list: a blob beside the key binding (SPEC section 10).
 *
 * @param list the key list's canonical bytes
 * @param algorithm {@code ecdsa-p256-sha256}, {@code ed25519} or {@code rsa-pss-sha256}
 * @param signature over {@link #message}
 * @param chain DER certificates, leaf first; 1 to {@value Limits#CHAIN_CERTIFICATES_MAX}, {@value Limits#CHAIN_BYTES_MAX} bytes at most
 */
public record KeyProof(byte[] list, String algorithm, byte[] signature, List<byte[]> chain) {
    private static final byte[] PREFIX = "carnet key binding v1\0".getBytes(US_ASCII);

    /** The largest RSA key that is looked at has 8,192 bits. */
    private static final int SIGNATURE_BYTES_MAX = 1024;

    private static final int DEPTH_MAX = 2;

    /**
     * Makes one.
     *
     * @throws StatementException naming the limit or form that is broken
     */
    public KeyProof {
        Forms.oneOf(algorithm, LeafSignature.ALGORITHMS, "proof.algorithm");
        Forms.between(signature.length, 1, SIGNATURE_BYTES_MAX, "the number of bytes of proof.signature");
        chain = List.copyOf(chain);
        Forms.between(chain.size(), 1, Limits.CHAIN_CERTIFICATES_MAX, "the number of certificates");
        Forms.between(
                chain.stream().mapToLong(der -> der.length).sum(),
                1,
                Limits.CHAIN_BYTES_MAX,
                "the number of bytes of the certificates");
    }

    /** What the leaf signs for a list. */
    public static byte[] message(KeyList list) {
        return message(list.encode());
    }

    private static byte[] message(byte[] list) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(PREFIX);
        message.writeBytes(Digests.sha256(list));
        return message.toByteArray();
    }

    /**
     * The canonical bytes.
     *
     * @throws StatementException if they are more than {@link Limits#KEY_PROOF_BYTES_MAX}
     */
    public byte[] encode() {
        Base64.Encoder base64 = Base64.getEncoder();
        byte[] proof = CanonicalJson.write(Map.of(
                "list",
                base64.encodeToString(list),
                "algorithm",
                algorithm,
                "signature",
                base64.encodeToString(signature),
                "chain",
                chain.stream().map(base64::encodeToString).toList()));
        Forms.require(
                proof.length <= Limits.KEY_PROOF_BYTES_MAX,
                "a key proof of " + proof.length + " bytes; the limit is " + Limits.KEY_PROOF_BYTES_MAX);
        return proof;
    }

    /**
     * Reads a proof; verifies nothing.
     *
     * @throws StatementException if the bytes are not exactly what {@link #encode} gives
     */
    public static KeyProof read(byte[] proof) {
        Members m = new Members(CanonicalJson.readObject(proof, Limits.KEY_PROOF_BYTES_MAX, DEPTH_MAX), "proof");
        List<String> chain = m.strings("chain");
        Forms.between(chain.size(), 1, Limits.CHAIN_CERTIFICATES_MAX, "the number of certificates");
        KeyProof read = new KeyProof(
                m.base64("list"),
                m.string("algorithm"),
                m.base64("signature"),
                chain.stream().map(der -> Members.base64(der, "proof.chain")).toList());
        m.end();
        Forms.require(Arrays.equals(read.encode(), proof), "the key proof is not written the one way there is");
        return read;
    }

    /**
     * The certificates, leaf first. Whether they lead to an anchor is not asked here.
     *
     * @throws StatementException if one is no DER certificate
     */
    public List<X509Certificate> certificates() {
        return LeafSignature.chain(chain);
    }

    /**
     * The leaf has signed the list.
     *
     * @throws StatementException if it has not, or its key is not of the kind that {@code algorithm} names
     */
    public void verifySignature() {
        LeafSignature.verify(certificates().getFirst(), algorithm, message(list), signature);
    }
}
