package dev.carnet.daemon.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Bytes that are nearly right: a seed after one to four accidents, or pieces of two seeds. */
final class Mutation {
    private static final int[] LIMITS = {0, 1, 0x7f, 0x80, 0xff};

    private Mutation() {}

    static byte[] of(List<byte[]> seeds, Random random) {
        if (random.nextInt(30) == 0) {
            return random(random, 100);
        }
        byte[] bytes = seeds.get(random.nextInt(seeds.size()));
        if (random.nextInt(10) == 0) {
            byte[] other = seeds.get(random.nextInt(seeds.size()));
            int at = random.nextInt(bytes.length + 1);
            int from = random.nextInt(other.length + 1);
            bytes = join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(other, from, other.length));
        }
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            bytes = once(bytes, random);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, Random random) {
        if (bytes.length == 0) {
            return random(random, 4);
        }
        int at = random.nextInt(bytes.length);
        int end = at + random.nextInt(Math.min(40, bytes.length - at) + 1);
        byte[] head = Arrays.copyOf(bytes, at);
        byte[] tail = Arrays.copyOfRange(bytes, at, bytes.length);
        return switch (random.nextInt(7)) {
            case 0 -> set(bytes, at, bytes[at] ^ (1 << random.nextInt(8)));
            case 1 -> set(bytes, at, LIMITS[random.nextInt(LIMITS.length)]);
            case 2 -> set(bytes, at, bytes[random.nextInt(bytes.length)]);
            case 3 -> head;
            case 4 -> join(head, Arrays.copyOfRange(bytes, end, bytes.length));
            case 5 -> join(Arrays.copyOf(bytes, end), tail);
            default -> join(join(head, random(random, 8)), tail);
        };
    }

    private static byte[] set(byte[] bytes, int at, int value) {
        byte[] copy = bytes.clone();
        copy[at] = (byte) value;
        return copy;
    }

    private static byte[] random(Random random, int max) {
        byte[] bytes = new byte[random.nextInt(max + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
