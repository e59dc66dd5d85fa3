package dev.carnet.client.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A ledger in a directory. */
public final class DirectoryFiles implements LedgerFiles {
    private final Path directory;

    /** In this directory. */
    public DirectoryFiles(Path directory) {
        this.directory = directory;
    }

    @Override
    public Optional<byte[]> read(String path, int bytesMax) throws IOException {
        Path file = directory.resolve(path);
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(bytesMax);
            if (in.read() >= 0) {
                throw new IOException(file + " has more than " + bytesMax + " bytes");
            }
            return Optional.of(bytes);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return directory.toString();
    }
}
