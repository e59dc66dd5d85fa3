package dev.carnet.client.audit;

import java.util.OptionalLong;

/**
 * A signature of an entry.
 *
 * @param keyId of the key
 * @param algorithm for people; by the length of the signature where the key is not known
 * @param state whether it is right
 * @param binding entry of the key binding that names the key, where one of this ledger does
 */
public record Signer(String keyId, String algorithm, State state, OptionalLong binding) {
    /** Whether a signature is right. */
    public enum State {
        VERIFIES,
        WRONG,
        /** The key is another daemon's, or nobody's. */
        UNKNOWN
    }
}
