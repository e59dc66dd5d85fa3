package dev.carnet.client.audit;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The static files of a ledger, wherever they lie. Several threads may read. */
public interface LedgerFiles {
    /**
     * A file, to be read from its beginning to its end; empty where there is none. The caller closes it.
     *
     * @param path below the ledger's root: {@code tile/0/000}
     * @throws IOException where it cannot be read, or is no plain file
     */
    Optional<InputStream> open(String path) throws IOException;

    /**
     * A file's bytes; empty where there is none.
     *
     * @param path below the ledger's root: {@code tile/0/000}
     * @param bytesMax more is not read
     * @throws IOException where it cannot be read, or has more
     */
    default Optional<byte[]> read(String path, int bytesMax) throws IOException {
        Optional<InputStream> opened = open(path);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = opened.get()) {
            byte[] bytes = in.readNBytes(bytesMax);
            if (in.read() >= 0) {
                throw new IOException(path + " has more than " + bytesMax + " bytes");
            }
            return Optional.of(bytes);
        }
    }

    /** For people: where the ledger lies. */
    String name();
}
