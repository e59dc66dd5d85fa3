package dev.carnet.daemon.volume;

import java.lang.foreign.MemorySegment;

/** Reads an open file from its beginning; does not own the descriptor. */
record Reading(Posix posix, int fd, String where) {

    /** @throws VolumeException IO where the file is shorter */
    void fully(MemorySegment target, long length) {
        long done = 0;
        while (done < length) {
            long n = some(target.asSlice(done), length - done, done);
            if (n == 0) {
                throw new VolumeException(
                        VolumeException.Kind.IO, where + " ends at byte " + done + " and not at " + length);
            }
            done += n;
        }
    }

    /** @return how many bytes were read; 0 at the end */
    long some(MemorySegment target, long length, long offset) {
        long n = posix.pread(fd, target, length, offset);
        if (n < 0) {
            throw Errno.failure(posix, n, "read", where);
        }
        return n;
    }
}
