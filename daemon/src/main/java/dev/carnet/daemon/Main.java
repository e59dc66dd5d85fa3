package dev.carnet.daemon;

/** Entry point of the daemon. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.err.println("carnetd: not wired together yet");
        System.exit(70);
    }
}
