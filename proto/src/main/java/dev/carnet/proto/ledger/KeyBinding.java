package dev.carnet.proto.ledger;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

/**
 * A verified key binding with the proof that it names: these keys are those of this SPIFFE ID, if its chain leads to an anchor.
 *
 * @param list all keys
 * @param payloadDigest SHA-256 of the binding's payload, lower-case hex: what the next binding's {@code previous} names
 * @param entry the keys that verify the daemon's envelopes
 * @param envelope the binding's exact bytes
 * @param chain leaf first (empty of {@link #verifyWithoutProof}); its leaf has the list's SPIFFE ID as its one URI, and signed the list
 */
public record KeyBinding(
        KeyList list, String payloadDigest, EntryKeys entry, byte[] envelope, List<X509Certificate> chain) {
    /**
     * Verifies everything of SPEC section 10 that needs neither a clock nor anchors: that {@link #chain} is valid at a moment within the leaf's life, against the
     * anchors of the ID's trust domain, and that the ID is the session's, is for the caller to see.
     *
     * @throws StatementException naming what is wrong
     */
    public static KeyBinding verify(byte[] envelope, byte[] proof) {
        KeyBinding signed = verifyWithoutProof(envelope);
        KeyList list = signed.list;
        String named = KeyBindingStatement.read(Dsse.parse(envelope).payload()).proof();
        Forms.require(Digests.sha256Hex(proof).equals(named), "the key proof is not the one that the binding names");
        KeyProof read = KeyProof.read(proof);
        Forms.require(
                Arrays.equals(read.list(), list.encode()), "the key proof is about another list than the binding");
        List<X509Certificate> chain = read.certificates();
        Forms.require(
                LeafSignature.spiffeId(chain.getFirst()).equals(list.spiffeId()),
                "the leaf certificate of the key proof is not that of " + list.spiffeId());
        read.verifySignature();
        return new KeyBinding(list, signed.payloadDigest, signed.entry, envelope, chain);
    }

    /**
     * Verifies what an auditor can where the key proof is lost: the keys of the list have signed. No chain vouches for the SPIFFE ID; a peer has no use for such a binding.
     *
     * @return with an empty {@link #chain}
     * @throws StatementException naming what is wrong
     */
    public static KeyBinding verifyWithoutProof(byte[] envelope) {
        Dsse dsse = Dsse.parse(envelope);
        KeyList list = KeyBindingStatement.read(dsse.payload()).list();
        EntryKeys entry = list.keys().entry().entryKeys();
        entry.verifyBoth(dsse);
        return new KeyBinding(list, dsse.payloadDigest(), entry, envelope, List.of());
    }

    /**
     * This binding may stand where another was pinned: it is the same, or it names that one and that one's entry keys have signed it.
     *
     * @throws StatementException saying why not
     */
    public void mustFollow(KeyBinding pinned) {
        Forms.require(
                list.spiffeId().equals(pinned.list.spiffeId()) && list.origin().equals(pinned.list.origin()),
                "a key binding for another SPIFFE ID or log origin than the pinned one");
        if (payloadDigest.equals(pinned.payloadDigest)) {
            return;
        }
        Forms.require(
                list.previous().equals(pinned.payloadDigest),
                "keys have changed and the new binding does not follow the pinned one, " + pinned.payloadDigest);
        pinned.entry.verifyBoth(Dsse.parse(envelope));
    }
}
