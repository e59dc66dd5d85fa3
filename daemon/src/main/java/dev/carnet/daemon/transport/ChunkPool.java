package dev.carnet.daemon.transport;

import java.time.Duration;
import java.util.Optional;

/**
 * One byte budget: a fixed number of chunk buffers, made lazily, never given back to the system. A daemon has one for what it sends and one for what it
 * receives, so that two daemons that send to each other cannot wait for each other.
 */
public interface ChunkPool {
    /** Waits at most {@code timeout}; empty where none came free. */
    Optional<PooledChunk> acquire(Duration timeout);

    /**
     * Never blocks; where none is free, {@code whenFree} runs once (on the releasing thread) when one may be. It is then the caller's turn: to try again, or, where it
     * needs none any more, to acquire and release one, so that the next is woken.
     */
    Optional<PooledChunk> tryAcquire(Runnable whenFree);

    int capacity();

    int inUse();
}
