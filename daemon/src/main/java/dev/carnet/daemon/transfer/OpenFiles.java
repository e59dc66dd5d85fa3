package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.SourceFile;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.wire.v1.Code;
import java.util.HashMap;
import java.util.Map;

/**
 * The files of a source that are being read. A file is opened at its first chunk, compared with the fingerprint of the walk, and compared again by its own
 * descriptor after the last chunk that is wanted of it.
 */
final class OpenFiles implements AutoCloseable {
    private final SourceTree tree;
    private final String peer;
    private final Map<Integer, Opened> open = new HashMap<>();

    OpenFiles(SourceTree tree, String peer) {
        this.tree = tree;
        this.peer = peer;
    }

    private static final class Opened {
        final SourceFile file;
        int left;

        Opened(SourceFile file, int reads) {
            this.file = file;
            this.left = reads;
        }
    }

    /**
     * The file, opened where it is not yet.
     *
     * @param reads how many reads of it this attempt will make in all
     * @throws TransferException SOURCE_CHANGED, by name
     */
    synchronized SourceFile open(int member, MemberRow row, int reads) {
        Opened opened = open.get(member);
        if (opened == null) {
            SourceFile file = openAgain(row.getPath());
            opened = new Opened(file, reads);
            open.put(member, opened);
            check(row, file);
        }
        return opened.file;
    }

    private SourceFile openAgain(String path) {
        try {
            return tree.open(path);
        } catch (VolumeException e) {
            boolean replaced = e.kind() == VolumeException.Kind.NOT_FOUND || e.kind() == VolumeException.Kind.BAD_TYPE;
            throw replaced ? changed(path, peer) : e; // the walk had found a file there
        }
    }

    /** One read of the file is done; after the last it is compared and closed. */
    synchronized void done(int member, MemberRow row) {
        Opened opened = open.get(member);
        if (opened == null || --opened.left > 0) {
            return;
        }
        open.remove(member);
        try (SourceFile file = opened.file) {
            check(row, file);
        }
    }

    /**
     * Looks whether a file is still the one that was walked.
     *
     * @throws TransferException SOURCE_CHANGED, by name
     */
    void check(MemberRow row, SourceFile file) {
        if (!Members.same(row, file.fingerprint())) {
            throw changed(row.getPath(), peer);
        }
    }

    static TransferException changed(String path, String peer) {
        return new TransferException(
                Code.SOURCE_CHANGED,
                "'" + path + "' changed, came or went while it was being sent to " + peer
                        + ": let its writer finish, then push again");
    }

    @Override
    public synchronized void close() {
        open.values().forEach(opened -> opened.file.close());
        open.clear();
    }
}
