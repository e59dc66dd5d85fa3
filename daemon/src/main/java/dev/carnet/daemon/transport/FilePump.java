package dev.carnet.daemon.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one file: a piece is read on a thread of its own, encrypted on the event loop, and the next one read when the kernel has taken it. So a client that does not read costs one piece, and a slow disk no event loop.
 */
final class FilePump {
    static final int PIECE_BYTES = 64 << 10;

    /** Told on the event loop. */
    interface Listener {
        /** A piece was taken. */
        void moved();

        /** The end, told once; not after {@link FilePump#cancel}. */
        void ended(@Nullable String failure);
    }

    private final StaticFile file;
    private final TlsLink link;
    private final Executor disk;
    private final Listener listener;
    private final byte[] piece;
    private long left;
    private boolean reading;
    private boolean over;

    FilePump(StaticFile file, TlsLink link, Executor disk, Listener listener) {
        this.file = file;
        this.link = link;
        this.disk = disk;
        this.listener = listener;
        this.left = file.bytes();
        this.piece = new byte[(int) Math.min(PIECE_BYTES, left)];
    }

    void next() {
        if (left == 0) {
            end(null);
            return;
        }
        reading = true;
        int wanted = (int) Math.min(piece.length, left);
        try {
            disk.execute(() -> {
                String failure = read(wanted);
                if (!Loops.execute(link.loop(), () -> sent(wanted, failure))) {
                    closeFile();
                }
            });
        } catch (RejectedExecutionException e) {
            reading = false;
            end("this daemon shuts down");
        }
    }

    private @Nullable String read(int wanted) {
        ByteBuffer into = ByteBuffer.wrap(piece, 0, wanted);
        try {
            while (into.hasRemaining()) {
                if (file.content().read(into) < 0) {
                    return "a file became shorter while it was sent";
                }
            }
            return null;
        } catch (IOException e) {
            return "a file could not be read: " + e;
        }
    }

    private void sent(int wanted, @Nullable String failure) {
        reading = false;
        if (over) {
            closeLater();
            return;
        }
        var written = failure == null ? link.write(piece, 0, wanted) : null;
        if (written == null) {
            end(failure == null ? "the connection is closed" : failure);
            return;
        }
        left -= wanted;
        written.addListener(future -> taken(future.isSuccess()));
        link.flush();
    }

    private void taken(boolean success) {
        if (over) {
            return;
        }
        if (success) {
            listener.moved();
            next();
        } else {
            end("the connection broke");
        }
    }

    private void end(@Nullable String failure) {
        cancel();
        listener.ended(failure);
    }

    /** Sends no more, and closes the file. */
    void cancel() {
        if (!over) {
            over = true;
            if (!reading) {
                closeLater();
            }
        }
    }

    private void closeLater() {
        try {
            disk.execute(this::closeFile);
        } catch (RejectedExecutionException e) {
            closeFile();
        }
    }

    private void closeFile() {
        try {
            file.close();
        } catch (IOException e) {
            // It was only read.
        }
    }
}
