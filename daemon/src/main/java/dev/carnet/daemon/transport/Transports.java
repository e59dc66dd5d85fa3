package dev.carnet.daemon.transport;

import java.time.Clock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Makes {@link Transport}s. */
public final class Transports {
    private Transports() {}

    /**
     * A transport that has not begun.
     *
     * @param credentials asked at each handshake, so that a renewed certificate is used from the next connection on; the SPIFFE ID must stay
     * @param trust the first; {@link Transport#reload} replaces it
     * @param receivePool where arriving chunks go; when it is empty, streams are read no further
     * @param clock judges certificates
     * @param random jitter of redials; keys and ids come from a SecureRandom
     */
    public static Transport create(
            TransportSpec spec,
            Supplier<Credentials> credentials,
            TransportTrust trust,
            ChunkPool receivePool,
            Clock clock,
            RandomGenerator random) {
        return create(spec, credentials, trust, receivePool, StaticFiles.NONE, clock, random);
    }

    /** The same, that serves files to auditors as well. */
    public static Transport create(
            TransportSpec spec,
            Supplier<Credentials> credentials,
            TransportTrust trust,
            ChunkPool receivePool,
            StaticFiles files,
            Clock clock,
            RandomGenerator random) {
        return new Hub(spec, credentials, trust, receivePool, files, clock, random);
    }
}
