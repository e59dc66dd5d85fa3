package dev.carnet.daemon.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A tmpfs of a few megabytes, where this user may mount one.
 *
 * @param path where it is mounted
 * @param mounted whether it is
 */
public record SmallDisk(Path path, boolean mounted) implements AutoCloseable {
    public static SmallDisk mount(Path path, String size) throws Exception {
        Files.createDirectories(path);
        return new SmallDisk(path, run("mount", "-t", "tmpfs", "-o", "size=" + size, "carnet-test", path.toString()));
    }

    private static boolean run(String... command) throws Exception {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false; // there is no such program
        }
    }

    @Override
    public void close() throws Exception {
        if (mounted && !run("umount", path.toString())) {
            run("umount", "-l", path.toString());
        }
    }
}
