package dev.carnet.proto.ledger;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * An Ed25519 entry key that verifies many envelopes: a quarter of the time, after the first {@value #ORDINARY} of them, with tables of 100 KiB. It takes exactly what {@link EntryKeys#verifyEd25519} takes. For
 * several threads.
 *
 * <p>It derives R from s, the message and the key, and compares bytes. The key is a point of the prime-order group, and so is what is derived: an R that equals it is written canonically and has
 * no component of small order, without being asked. What does not pass is judged again by Bouncy Castle's verification alone.
 */
public final class FrequentKey {
    /** The tables cost as much as some ten verifications. */
    private static final int ORDINARY = 64;

    private static final byte[] NEUTRAL = neutral();

    private final EntryKeys keys;
    private final byte[] raw;
    private final String id;
    private final AtomicInteger verified = new AtomicInteger();
    private volatile @Nullable Ed25519Tables tables;

    /** The Ed25519 key of a pair. */
    public FrequentKey(EntryKeys keys) {
        this.keys = keys;
        this.raw = Spki.checkedEd25519(keys.ed25519());
        this.id = keys.ed25519Id();
    }

    /**
     * The key has signed; others may have, too.
     *
     * @throws StatementException if the signature is missing or wrong
     */
    public void verify(Dsse dsse) {
        for (Dsse.Signature signature : dsse.signatures()) {
            if (signature.keyId().equals(id) && quickly(Dsse.pae(dsse.payload()), signature.value())) {
                return;
            }
        }
        keys.verifyEd25519(dsse);
    }

    private boolean quickly(byte[] message, byte[] signature) {
        return (tables != null || verified.incrementAndGet() > ORDINARY) && byTables(message, signature);
    }

    /** Whether R = s·B - k·A, written the one way; s below the order, R not the neutral element. */
    boolean byTables(byte[] message, byte[] signature) {
        if (signature.length != Signatures.ED25519_BYTES) {
            return false;
        }
        byte[] r = Arrays.copyOf(signature, Ed25519.PUBLIC_KEY_SIZE);
        BigInteger s = Ed25519Tables.number(signature, Ed25519.PUBLIC_KEY_SIZE, signature.length);
        if (s.compareTo(Ed25519Tables.ORDER) >= 0 || Arrays.equals(r, NEUTRAL)) {
            return false;
        }
        byte[] hash = hash(r, message);
        BigInteger k = Ed25519Tables.number(hash, 0, hash.length).mod(Ed25519Tables.ORDER);
        Ed25519Tables.Sum sum = new Ed25519Tables.Sum();
        Ed25519Tables.BASE.addMultiple(s, sum);
        tables().addMultiple(Ed25519Tables.ORDER.subtract(k), sum);
        return Arrays.equals(sum.encode(), r);
    }

    private Ed25519Tables tables() {
        Ed25519Tables own = tables;
        if (own == null) {
            own = new Ed25519Tables(raw);
            tables = own; // two threads may make the same
        }
        return own;
    }

    private byte[] hash(byte[] r, byte[] message) {
        try {
            MessageDigest sha512 = MessageDigest.getInstance("SHA-512");
            sha512.update(r);
            sha512.update(raw);
            return sha512.digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] neutral() {
        byte[] neutral = new byte[Ed25519.PUBLIC_KEY_SIZE];
        neutral[0] = 1;
        return neutral;
    }
}
