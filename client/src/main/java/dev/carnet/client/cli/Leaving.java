package dev.carnet.client.cli;

/** Says something when the process is ended from outside (Ctrl-C, SIGTERM) while this is open. */
final class Leaving implements AutoCloseable {
    private final Thread hook;

    private Leaving(Runnable last) {
        hook = new Thread(last, "leave");
    }

    static Leaving of(Runnable last) {
        var leaving = new Leaving(last);
        Runtime.getRuntime().addShutdownHook(leaving.hook);
        return leaving;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The shutdown has begun: the hook has said its sentence.
        }
    }
}
