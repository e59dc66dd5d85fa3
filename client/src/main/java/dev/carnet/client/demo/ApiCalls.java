package dev.carnet.client.demo;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.PushRequest;
import dev.carnet.client.Transfer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** {@link DaemonCalls} over the daemon's socket. */
final class ApiCalls implements DaemonCalls {

    private static final Duration PROBE_MAX = Duration.ofSeconds(2);

    private final CarnetClient client;
    private final CarnetClient probe;

    ApiCalls(Path socket) {
        this.client = new CarnetClient(socket);
        this.probe = new CarnetClient(socket, PROBE_MAX);
    }

    @Override
    public boolean answers() {
        try {
            return probe.daemon().pid() > 0;
        } catch (ApiException e) {
            return false;
        }
    }

    @Override
    public String push(String source, String peer, String volume, String name, long bytesPerSecondMax)
            throws DemoException {
        try {
            return client.push(new PushRequest(source, peer, volume, name, false, bytesPerSecondMax, 0))
                    .id();
        } catch (ApiException e) {
            throw new DemoException(
                    DemoException.Kind.of(e.code()),
                    "the sender refuses the push: " + e.code() + ": " + e.sentence(),
                    e);
        }
    }

    @Override
    public Optional<TransferState> transfer(String id) {
        try {
            return Optional.of(state(client.transfer(id)));
        } catch (ApiException e) {
            return Optional.empty();
        }
    }

    private static TransferState state(Transfer transfer) {
        return new TransferState(
                transfer.state(),
                transfer.finished(),
                transfer.ok(),
                transfer.attempt(),
                transfer.bytesDone(),
                transfer.waitingFor(),
                transfer.error()
                        .map(error -> transfer.code().map(code -> code + ": ").orElse("") + error),
                transfer.published(),
                transfer.receipt());
    }
}
