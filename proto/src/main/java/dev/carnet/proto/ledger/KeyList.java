package dev.carnet.proto.ledger;

import dev.carnet.proto.wire.Limits;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/**
 * All long-lived keys of a daemon (SPEC section 10). Each of them is of its kind.
 *
 * @param spiffeId whose they are
 * @param origin of the daemon's log
 * @param previous SHA-256 of the payload of the binding before, or "" for the first
 * @param keys all of them
 */
public record KeyList(String spiffeId, String origin, String previous, PublicKeys keys) {
    /** Object, {@code keys}, a purpose: a list nests no deeper. */
    private static final int DEPTH_MAX = 3;

    /**
     * Makes one.
     *
     * @throws StatementException naming what is wrong
     */
    public KeyList {
        Forms.spiffeId(spiffeId, "list.spiffeId");
        Forms.origin(origin, "list.origin");
        if (!previous.isEmpty()) {
            Forms.digest(previous, "list.previous");
        }
        for (PublicKeys.Pair pair : new PublicKeys.Pair[] {keys.entry(), keys.log(), keys.witness()}) {
            Spki.rawEd25519(pair.ed25519());
            Spki.rawMldsa44(pair.mldsa44());
        }
        Spki.checkP256(keys.manifestP256());
    }

    /**
     * Reads a list.
     *
     * @throws StatementException if the bytes are not exactly what {@link #encode} gives
     */
    public static KeyList read(byte[] list) {
        KeyList read = from(new Members(CanonicalJson.readObject(list, Limits.KEY_PROOF_BYTES_MAX, DEPTH_MAX), "list"));
        Forms.require(Arrays.equals(read.encode(), list), "the key list is not written the one way there is");
        return read;
    }

    static KeyList from(Members list) {
        Members keys = list.object("keys");
        Members manifest = keys.object("manifest");
        KeyList read = new KeyList(
                list.string("spiffeId"),
                list.string("origin"),
                list.string("previous"),
                new PublicKeys(
                        pair(keys.object("entry")),
                        pair(keys.object("log")),
                        pair(keys.object("witness")),
                        manifest.base64("p256")));
        manifest.end();
        keys.end();
        list.end();
        return read;
    }

    /** The canonical bytes. */
    public byte[] encode() {
        return CanonicalJson.write(members());
    }

    /** SHA-256 of {@link #encode}, lower-case hex. */
    public String digest() {
        return Digests.sha256Hex(encode());
    }

    Map<String, Object> members() {
        return Map.of(
                "spiffeId",
                spiffeId,
                "origin",
                origin,
                "previous",
                previous,
                "keys",
                Map.of(
                        "entry",
                        members(keys.entry()),
                        "log",
                        members(keys.log()),
                        "witness",
                        members(keys.witness()),
                        "manifest",
                        Map.of("p256", base64(keys.manifestP256()))));
    }

    private static Map<String, Object> members(PublicKeys.Pair pair) {
        return Map.of("ed25519", base64(pair.ed25519()), "mldsa44", base64(pair.mldsa44()));
    }

    private static PublicKeys.Pair pair(Members m) {
        PublicKeys.Pair pair = new PublicKeys.Pair(m.base64("ed25519"), m.base64("mldsa44"));
        m.end();
        return pair;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
