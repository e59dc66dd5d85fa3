package dev.carnet.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** A file that is there when it is whole, and replaces nothing. */
final class BundleFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;

    private BundleFile(Path target, Path temporary) {
        this.target = target;
        this.temporary = temporary;
    }

    /** @throws FileAlreadyExistsException where something stands there */
    static BundleFile at(Path target) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path folder = target.toAbsolutePath().getParent();
        Path temporary = Files.createTempFile(folder, ".oms-", ".tmp");
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rw-r--r--")); // it is no secret
        return new BundleFile(target, temporary);
    }

    OutputStream write() throws IOException {
        return Files.newOutputStream(temporary);
    }

    InputStream read() throws IOException {
        return Files.newInputStream(temporary);
    }

    /** Its name, from here on. */
    void keep() throws IOException {
        Files.createLink(target, temporary); // unlike a rename it never replaces
    }

    /** Writes a small one; the same bytes may be there already. */
    static void small(Path target, byte[] content) throws IOException {
        byte @Nullable [] there = Files.isRegularFile(target) ? Files.readAllBytes(target) : null;
        if (there != null && java.util.Arrays.equals(there, content)) {
            return;
        }
        try (BundleFile file = at(target)) {
            try (OutputStream out = file.write()) {
                out.write(content);
            }
            file.keep();
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(temporary);
    }
}
