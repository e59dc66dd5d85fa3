package dev.carnet.client.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * What there is to move. Links are not followed and not counted: the daemon refuses them by name.
 *
 * @param files regular files
 * @param bytes all of them together
 */
record SourceSize(long files, long bytes) {

    static SourceSize of(Path root) throws IOException {
        Counter counter = new Counter();
        Files.walkFileTree(root, counter);
        return new SourceSize(counter.files, counter.bytes);
    }

    private static final class Counter extends SimpleFileVisitor<Path> {
        private long files;
        private long bytes;

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
                files++;
                bytes += attributes.size();
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
