package dev.carnet.daemon.fuzz;

/** What Jazzer calls: the target that {@code -Dcarnet.fuzz.target=NAME} names. */
public final class JazzerTarget {
    private static final Target TARGET = Targets.named(System.getProperty("carnet.fuzz.target", ""));

    private JazzerTarget() {}

    /** Jazzer's entry point. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        Bounds.run(TARGET, input);
    }
}
