package dev.carnet.daemon.fuzz;

/** A parser together with what must hold of it, whatever arrives. Throws what nobody may throw: an AssertionError where a property is broken, or what the parser let out. */
@FunctionalInterface
public interface Target {
    /** One input. */
    void run(byte[] input) throws Exception;

    /** Says what is broken. */
    static void hold(boolean property, String otherwise) {
        if (!property) {
            throw new AssertionError(otherwise);
        }
    }
}
