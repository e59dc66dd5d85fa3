package dev.carnet.daemon.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where a library unpacks its native code. Left alone they use the home or the temporary directory, which may forbid execution, may be other people's too, and
 * keep a file of every process that was killed.
 */
public final class NativeScratch {
    private NativeScratch() {}

    /**
     * Empties {@code native/} in a directory that is ours alone, and names it in a system property that the library reads when it is loaded. Where the property
     * is set already, that stands.
     *
     * @throws StateException where the disk does not let us
     */
    public static void offer(Path directory, String property) {
        if (System.getProperty(property) != null) {
            return;
        }
        var scratch = directory.toAbsolutePath().resolve("native");
        try {
            Files.createDirectories(
                    scratch, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (var left = Files.newDirectoryStream(scratch)) {
                for (var file : left) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new StateException("cannot use " + scratch + " to unpack native libraries: " + e, e);
        }
        System.setProperty(property, scratch.toString());
    }
}
