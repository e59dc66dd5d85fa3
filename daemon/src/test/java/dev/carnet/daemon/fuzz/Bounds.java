package dev.carnet.daemon.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Runs one input and holds it against time and memory: what a stranger sends may cost a small multiple of its bytes, whatever it says about itself. */
final class Bounds {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long BASE_BYTES = 24L << 20;
    private static final long BYTES_PER_BYTE = 512;
    private static final long SECONDS_MAX = Long.getLong("carnet.fuzz.seconds", 5);

    private Bounds() {}

    /**
     * Runs it. What was dear once is run again before it is held against the parser: the first input of all pays for loading classes.
     *
     * @throws AssertionError where a property, the time or the memory is broken
     */
    static void run(Target target, byte[] input) throws Exception {
        String complaint = once(target, input);
        if (!complaint.isEmpty()) {
            complaint = once(target, input);
        }
        Target.hold(complaint.isEmpty(), complaint);
    }

    private static String once(Target target, byte[] input) throws Exception {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long began = System.nanoTime();
        target.run(input);
        long seconds = (System.nanoTime() - began) / 1_000_000_000;
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        if (seconds >= SECONDS_MAX) {
            return input.length + " bytes cost " + seconds + " s";
        }
        return bytes < BASE_BYTES + BYTES_PER_BYTE * input.length
                ? ""
                : input.length + " bytes made the parser allocate " + bytes;
    }
}
