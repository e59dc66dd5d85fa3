package dev.carnet.daemon.state;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** The disk under the state is full, or nearly: nothing was kept, nothing is broken, and the same may be tried again when there is room. */
public final class NoRoomException extends StateException {
    @Serial
    private static final long serialVersionUID = 1L;

    public NoRoomException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
