package dev.carnet.daemon.api;

import dev.carnet.daemon.transfer.Transfers;
import java.nio.file.Path;
import java.util.List;

/** The local API server of a daemon. */
public interface LocalApi extends AutoCloseable {
    /**
     * Makes the directory where it is missing, binds the socket and serves. Called once. Nobody can connect before the socket has its final mode.
     *
     * @throws ApiStartException where the directory is not safe, the path is too long, or another daemon serves there; says what to do
     */
    void start();

    Path socket();

    /** Takes no more connections, gives running requests up to {@link ApiLimits#closeSeconds} to end, removes the socket. Idempotent. */
    @Override
    void close();

    /** A server for this process's own user and root alone, as where nothing is configured: answers from {@code transfers} and {@code facts}; neither is closed with it. */
    static LocalApi create(Path socket, Transfers transfers, ApiFacts facts) {
        return create(socket, transfers, facts, Gate.ownUser(), new CallerPaths(List::of), ApiLimits.DEFAULT);
    }

    static LocalApi create(
            Path socket, Transfers transfers, ApiFacts facts, Gate gate, CallerPaths paths, ApiLimits limits) {
        Events events = new Events(transfers, facts, gate);
        return new NettyApi(
                socket, new Router(Endpoints.routes(transfers, facts, gate, paths, events), gate), events, limits);
    }
}
