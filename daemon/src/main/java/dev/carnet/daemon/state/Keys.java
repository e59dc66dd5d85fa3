package dev.carnet.daemon.state;

import java.util.Arrays;

/** The rules for keys, the same for every store: 1..480 bytes, compared as unsigned bytes. */
final class Keys {
    /** Bytes of a key. LMDB's own limit is 511. */
    static final int BYTES_MAX = 480;

    private Keys() {}

    static byte[] check(byte[] key) {
        if (key.length == 0 || key.length > BYTES_MAX) {
            throw new IllegalArgumentException("a key of " + key.length + " bytes: 1.." + BYTES_MAX + " are allowed");
        }
        return key;
    }

    static byte[] checkPrefix(byte[] prefix) {
        if (prefix.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a prefix of " + prefix.length + " bytes: at most " + BYTES_MAX + " are allowed");
        }
        return prefix;
    }

    /** Where a scan of {@code prefix} from {@code from} begins: the larger of the two. */
    static byte[] start(byte[] prefix, byte[] from) {
        checkPrefix(prefix);
        checkPrefix(from);
        return Arrays.compareUnsigned(from, prefix) < 0 ? prefix : from;
    }

    static boolean hasPrefix(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.mismatch(key, 0, prefix.length, prefix, 0, prefix.length) < 0;
    }

    /** The smallest key that is larger. */
    static byte[] after(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }
}
