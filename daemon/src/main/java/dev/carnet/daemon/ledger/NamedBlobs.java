package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.BiConsumer;

/** Whether the blobs that entries name are there, whole. Reads each as often as it is named. */
public final class NamedBlobs {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path directory;
    private final BiConsumer<String, String> misfit;
    private long looked;

    /** @param misfit hears place and sentence of what does not fit */
    public NamedBlobs(Path ledger, BiConsumer<String, String> misfit) {
        this.directory = ledger.resolve("blobs").resolve("sha256");
        this.misfit = misfit;
    }

    /** The next entry. */
    public void entry(long sequence, byte[] envelope) {
        try {
            Statement.read(Dsse.parse(envelope).payload()).blob().ifPresent(digest -> look(sequence, digest));
        } catch (StatementException e) {
            // told by whoever reads entries
        }
    }

    private void look(long sequence, String digest) {
        looked++;
        Path file = directory.resolve(digest);
        MessageDigest sha256 = Sha256.start();
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha256.update(buffer, 0, n);
            }
        } catch (IOException e) {
            misfit.accept("blob " + digest, "entry " + sequence + " names it, and it cannot be read: " + e);
            return;
        }
        if (!HexFormat.of().formatHex(sha256.digest()).equals(digest)) {
            misfit.accept("blob " + digest, "it has other bytes than its name says; entry " + sequence + " names it");
        }
    }

    /** How many were looked at. */
    public long looked() {
        return looked;
    }
}
