package dev.carnet.proto.ledger;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** Bytes that are nearly right. A failure names the seed that replays it: {@code -Dcarnet.seed=N}. */
public final class Mutation {
    private static final int CAMPAIGN = 200;

    private Mutation() {}

    /**
     * Runs a trial many times.
     *
     * @param trial throws what nothing may throw
     */
    public static void campaign(int trials, Consumer<Random> trial) {
        long start = Long.getLong("carnet.seed", System.nanoTime());
        boolean one = System.getProperty("carnet.seed") != null;
        int count = one ? 1 : Boolean.getBoolean("carnet.campaign") ? trials * CAMPAIGN : trials;
        for (int i = 0; i < count; i++) {
            long seed = start + i;
            long began = usedNanos();
            try {
                trial.accept(new Random(seed));
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + " (replay with -Dcarnet.seed=" + seed + "): " + e, e);
            }
            long millis = (usedNanos() - began) / 1_000_000;
            if (millis > 2_000) {
                throw new AssertionError("seed " + seed + " took " + millis + " ms of processor time");
            }
        }
    }

    /** Of this thread: what else the machine does is nobody's fault here. */
    private static long usedNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** Up to {@code max} bytes of anything. */
    public static byte[] random(Random random, int max) {
        byte[] bytes = new byte[random.nextInt(max + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** The same bytes after one to four accidents. */
    public static byte[] of(byte[] seed, Random random) {
        byte[] bytes = seed;
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
        byte[] copy = bytes.clone();
        switch (random.nextInt(7)) {
            case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> copy[at] = (byte) random.nextInt();
            case 2 -> {
                return Arrays.copyOf(bytes, at); // cut short
            }
            case 3 -> {
                return join(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, end, bytes.length)); // a piece missing
            }
            case 4 -> {
                return join(Arrays.copyOf(bytes, end), Arrays.copyOfRange(bytes, at, bytes.length)); // a piece twice
            }
            case 5 -> {
                byte[] strange = random(random, 8);
                return join(join(Arrays.copyOf(bytes, at), strange), Arrays.copyOfRange(bytes, at, bytes.length));
            }
            default -> {
                byte other = bytes[random.nextInt(bytes.length)];
                copy[at] = other;
            }
        }
        return copy;
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
