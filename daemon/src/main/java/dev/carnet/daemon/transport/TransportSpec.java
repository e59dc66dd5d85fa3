package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.Limits;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What configuration says of the transport.
 *
 * @param listen the one port; null: no listening, peers are dialled only
 * @param logOrigin of our ledger, for the Hello
 * @param software for people: "carnet 0.1.0"
 * @param streamsMax data streams of one session that we take, 1 to 64
 * @param pendingMax connections that have not authenticated yet, at once; one more takes the place of another
 * @param loops event loop threads; TLS of data streams runs on them
 */
public record TransportSpec(
        @Nullable InetSocketAddress listen,
        String logOrigin,
        String software,
        int streamsMax,
        int pendingMax,
        int loops,
        Timeouts timeouts) {
    public static final int PENDING_MAX = 256;

    public TransportSpec {
        if (streamsMax < 1 || streamsMax > Limits.STREAMS_MAX || pendingMax < 1 || loops < 1) {
            throw new IllegalArgumentException("streams 1 to " + Limits.STREAMS_MAX + ", pending and loops from 1");
        }
    }

    /** The usual: SPEC's limits and timeouts, one event loop per core. */
    public static TransportSpec of(
            @Nullable InetSocketAddress listen, String logOrigin, String software, int streamsMax) {
        return new TransportSpec(
                listen,
                logOrigin,
                software,
                streamsMax,
                PENDING_MAX,
                Runtime.getRuntime().availableProcessors(),
                Timeouts.standard());
    }
}
