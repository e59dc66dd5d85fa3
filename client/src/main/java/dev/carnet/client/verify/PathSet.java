package dev.carnet.client.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * A set of paths in at most 16 bytes each, however long they are: a million of them fit beside everything else. It remembers 64
 * bits of a salted SHA-256; two paths that it takes for one are as likely as a guess of 64 bits, and nobody can prepare
 * them, since the salt is made for this set. For one thread at a time.
 */
final class PathSet {

    private static final int SALT_BYTES = 16;
    private static final int CAPACITY_FIRST = 1 << 10;

    private final MessageDigest sha256;
    private final byte[] salt = new byte[SALT_BYTES];
    private long[] slots = new long[CAPACITY_FIRST]; // 0: free
    private int size;

    PathSet(SecureRandom random) {
        random.nextBytes(salt);
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    void add(String path) {
        if (size * 2 >= slots.length) {
            grow();
        }
        long key = key(path);
        int slot = slot(key);
        if (slots[slot] == 0) {
            slots[slot] = key;
            size++;
        }
    }

    boolean contains(String path) {
        return slots[slot(key(path))] != 0;
    }

    /** Where the key is, or the free slot where it belongs. */
    private int slot(long key) {
        int mask = slots.length - 1;
        int slot = (int) key & mask;
        while (slots[slot] != 0 && slots[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] before = slots;
        slots = new long[2 * before.length];
        Arrays.stream(before).filter(key -> key != 0).forEach(key -> slots[slot(key)] = key);
    }

    private long key(String path) {
        sha256.update(salt);
        byte[] digest = sha256.digest(path.getBytes(UTF_8));
        long key = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            key = key << 8 | (digest[i] & 0xff);
        }
        return key == 0 ? 1 : key;
    }
}
