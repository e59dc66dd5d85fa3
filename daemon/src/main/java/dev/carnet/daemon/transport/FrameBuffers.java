package dev.carnet.daemon.transport;

import java.util.Optional;

/**
 * How one stream comes by the buffer of its frame: first a place in its peer's share, then a buffer of the pool. On the stream's event loop, the wake-ups excepted.
 *
 * <p>Who waits for a buffer keeps its place until its turn has come, even when the stream has closed: so no more waiters of a peer stand in the pool's queue than it has places.
 */
final class FrameBuffers {
    private final TlsLink link;
    private final ChunkPool pool;
    private final Share share;
    private final Runnable again;
    private final Runnable given = this::given;
    private boolean place;
    private boolean queued;
    private boolean closed;

    /** @param again runs on the event loop when {@link #take} is worth another try */
    FrameBuffers(TlsLink link, ChunkPool pool, Share share, Runnable again) {
        this.link = link;
        this.pool = pool;
        this.share = share;
        this.again = again;
    }

    /** A buffer, which is the caller's; or none, and {@code again} runs later. */
    Optional<PooledChunk> take() {
        if (!place) {
            place = share.take(given);
            if (!place) {
                return Optional.empty();
            }
        }
        Optional<PooledChunk> taken = pool.tryAcquire(this::free);
        queued = taken.isEmpty();
        return taken;
    }

    /** The frame is whole: its buffer does not count any more. */
    void whole() {
        place = false;
        share.giveBack();
    }

    /** A place is ours. On the giving thread. */
    private void given() {
        if (!Loops.execute(link.loop(), this::placed)) {
            share.giveBack();
        }
    }

    private void placed() {
        place = true;
        if (closed) {
            whole();
        } else {
            again.run();
        }
    }

    /** A buffer may be free. On the releasing thread. */
    private void free() {
        if (!Loops.execute(link.loop(), this::turn)) {
            passOn();
        }
    }

    private void turn() {
        queued = false;
        if (closed) {
            passOn();
            whole();
        } else {
            again.run();
        }
    }

    /** A wake-up that is of no use any more was somebody's turn. */
    private void passOn() {
        pool.tryAcquire(() -> {}).ifPresent(PooledChunk::release);
    }

    /** A buffer that was taken is the caller's to release. */
    void close() {
        closed = true;
        if (!place) {
            var _ = share.forget(given);
        } else if (!queued) {
            whole();
        }
    }
}
