package dev.carnet.client.audit;

import java.io.IOException;
import java.util.Optional;

/** The static files of a ledger, wherever they lie. Several threads may read. */
public interface LedgerFiles {
    /**
     * A file's bytes; empty where there is none.
     *
     * @param path below the ledger's root: {@code tile/0/000}
     * @param bytesMax more is not read
     * @throws IOException where it cannot be read, or has more
     */
    Optional<byte[]> read(String path, int bytesMax) throws IOException;

    /** For people: where the ledger lies. */
    String name();
}
