package dev.carnet.proto.oms;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a bundle says besides its resources. Nothing of it is believed before {@link #requireSignedBy}.
 *
 * @param signer how the signer is named: {@code key}, {@code certificate} or {@code sigstore}
 * @param hint hex SHA-256 of the key's PEM; null where a certificate signs, or an old tool did not write one
 * @param model its name, for people
 * @param digest SHA-256 over the raw digests of all resources, hex; it is that
 * @param hash the algorithm of the resources
 * @param allowSymlinks whether links were followed
 * @param ignored paths that were left out
 * @param resources how many there are: at least one
 * @param ordered whether they are in the order of code points, none twice
 * @param signed SHA-256 of what is signed
 * @param signature as it stands
 */
public record OmsBundle(
        String signer,
        @Nullable String hint,
        String model,
        String digest,
        String hash,
        boolean allowSymlinks,
        List<String> ignored,
        long resources,
        boolean ordered,
        byte[] signed,
        byte[] signature) {
    /**
     * Checks that a key has signed it.
     *
     * @throws OmsException where it has not, or the bundle names another one
     */
    public void requireSignedBy(ManifestKey key) throws OmsException {
        if (!signer.equals("key")) {
            throw new OmsException("the bundle is signed by way of a " + signer + ", not with a bare key");
        }
        if (hint != null && !hint.equals(key.hint())) {
            throw new OmsException("the bundle names another key: " + hint + ", and not " + key.hint());
        }
        if (!key.verifies(signed, signature)) {
            throw new OmsException("the signature does not verify with the key " + key.hint());
        }
    }
}
