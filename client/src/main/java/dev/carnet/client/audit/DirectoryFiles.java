package dev.carnet.client.audit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/** A ledger in a directory. */
public final class DirectoryFiles implements LedgerFiles {
    private final Path directory;

    /** In this directory. */
    public DirectoryFiles(Path directory) {
        this.directory = directory;
    }

    @Override
    public Optional<InputStream> open(String path) throws IOException {
        Path file = directory.resolve(path);
        try {
            // What a stranger packed may be a pipe that nobody ever writes to.
            if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isRegularFile()) {
                throw new IOException(path + " is no plain file");
            }
            return Optional.of(Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return directory.toString();
    }
}
