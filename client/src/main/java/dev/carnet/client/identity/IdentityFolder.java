package dev.carnet.client.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Small files in a directory: made whole or not at all, keys readable by their owner alone from the first byte on. */
final class IdentityFolder {
    /** Bytes of any file that is read here. */
    static final int FILE_BYTES_MAX = 1 << 20;

    private static final String KEY_MODE = "rw-------";
    private static final String PUBLIC_MODE = "rw-r--r--";

    private final Path directory;

    private IdentityFolder(Path directory) {
        this.directory = directory;
    }

    /** Makes the directory (0700) where it is missing. */
    static IdentityFolder make(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        if (!Files.isDirectory(absolute)) {
            if (absolute.getParent() != null) {
                Files.createDirectories(absolute.getParent());
            }
            Files.createDirectory(
                    absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return new IdentityFolder(absolute);
    }

    Path path(String name) {
        return directory.resolve(name);
    }

    /** @throws FileAlreadyExistsException where one of them is there: keys are never replaced by accident */
    void requireAbsent(String... names) throws IOException {
        for (String name : names) {
            if (Files.exists(path(name))) {
                throw new FileAlreadyExistsException(path(name).toString());
            }
        }
    }

    Path writeKey(String name, String text) throws IOException {
        return write(path(name), text, KEY_MODE);
    }

    Path writePublic(String name, String text) throws IOException {
        return write(path(name), text, PUBLIC_MODE);
    }

    /** @throws FileAlreadyExistsException where something is there */
    static Path writeNew(Path file, String text) throws IOException {
        Path absolute = file.toAbsolutePath().normalize();
        if (Files.exists(absolute)) {
            throw new FileAlreadyExistsException(absolute.toString());
        }
        return write(absolute, text, PUBLIC_MODE);
    }

    static String read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new IOException(file + " has more than " + FILE_BYTES_MAX + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    private static Path write(Path file, String text, String mode) throws IOException {
        Path parent = file.getParent() == null ? file : file.getParent();
        var permissions = PosixFilePermissions.fromString(mode);
        Path temporary = Files.createTempFile(
                parent,
                ".identity",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(KEY_MODE)));
        try {
            try (FileChannel channel = FileChannel.open(temporary, Set.of(StandardOpenOption.WRITE))) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.setPosixFilePermissions(temporary, permissions); // the umask has no say
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(parent, StandardOpenOption.READ)) {
                folder.force(true);
            }
            return file;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
