package dev.carnet.client.audit;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The ledger of the daemon that runs here, by its socket. */
public final class SocketFiles implements LedgerFiles {
    private final CarnetClient client;

    /** Of this daemon. */
    public SocketFiles(CarnetClient client) {
        this.client = client;
    }

    /** @throws ApiException where even the log checkpoint cannot be had: no daemon, or no right */
    @Override
    public Optional<InputStream> open(String path) throws IOException {
        try {
            return client.ledgerFile(path);
        } catch (ApiException e) {
            if (path.equals(LedgerView.CHECKPOINT)) {
                throw e;
            }
            throw new IOException(e.code() + ": " + e.sentence(), e);
        }
    }

    @Override
    public String name() {
        return "the daemon at " + client.socket();
    }
}
