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

    /** Never blocks; where none is free, {@code whenFree} runs once (on the releasing thread) when one may be. */
    Optional<PooledChunk> tryAcquire(Runnable whenFree);

    int capacity();

    int inUse();
}
