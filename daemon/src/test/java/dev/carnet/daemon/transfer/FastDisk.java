package dev.carnet.daemon.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** A directory in memory where the machine has one: for the many cases whose question is not what a disk does. */
public final class FastDisk implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long BYTES_MIN = 1L << 30;

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
        boolean roomy = Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= BYTES_MIN;
        return roomy ? Files.createTempDirectory(MEMORY, "carnet") : Files.createTempDirectory("carnet");
    }
}
