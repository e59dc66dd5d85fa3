package dev.carnet.daemon.state;

import java.io.IOException;
import java.nio.file.Path;

/** Tells a disk that is full, which is waited for, from one that is broken, which ends the daemon. */
public final class DiskFull {
    /** What a commit may need; below it a failure to write is taken for want of room. */
    private static final long ROOM_BYTES_MIN = 4 << 20;

    private DiskFull() {}

    /** Whether a write below {@code directory} failed since there is no room, or since the user has used up what is his. */
    public static boolean is(IOException e, Path directory) {
        String said = String.valueOf(e.getMessage()); // in the language of the environment, perhaps
        return said.endsWith("No space left on device")
                || said.endsWith("Disk quota exceeded")
                || directory.toFile().getUsableSpace() < ROOM_BYTES_MIN;
    }
}
