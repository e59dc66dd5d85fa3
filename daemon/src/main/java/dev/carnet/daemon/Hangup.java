package dev.carnet.daemon;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs something when the process gets SIGHUP, which would end it otherwise. By reflection: the JDK's only door to signals is one that compilers warn of. */
final class Hangup {
    private static final Logger log = LoggerFactory.getLogger(Hangup.class);

    private Hangup() {}

    /** @param action runs on a thread of its own; a signal that comes while one waits to run is the same signal */
    static void run(Runnable action) {
        AtomicBoolean waiting = new AtomicBoolean();
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    handler.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle") && waiting.compareAndSet(false, true)) {
                            Thread.ofPlatform().daemon().name("hangup").start(() -> {
                                waiting.set(false);
                                action.run();
                            });
                        }
                        return null;
                    });
            var _ = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            log.warn("SIGHUP does not reload here ({}): use POST /v1/reload", String.valueOf(e));
        }
    }
}
