package dev.carnet.daemon.ledger;

import java.util.concurrent.atomic.AtomicLong;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.onoes.ExceptionHandler;
import net.openhft.chronicle.core.onoes.Slf4jExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** The queue only logs some of its failures (a failed msync is one). They are counted here on their way to the log, and a count that rises is a failure. */
final class QueueLog implements ExceptionHandler {
    private static final AtomicLong ERRORS = new AtomicLong();
    private static final QueueLog HANDLER = new QueueLog();

    private QueueLog() {}

    static void install() {
        Jvm.setErrorExceptionHandler(HANDLER);
    }

    /** Errors that the queue has logged in this process. */
    static long errors() {
        return ERRORS.get();
    }

    @Override
    public void on(Logger logger, @Nullable String message, @Nullable Throwable thrown) {
        ERRORS.incrementAndGet();
        Slf4jExceptionHandler.ERROR.on(logger, message, thrown);
    }
}
