package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.MemberLine;
import org.jspecify.annotations.Nullable;

/** The rules for a page of members, line by line: paths, order, sizes (SPEC section 8). Nothing reaches the disk before them. */
final class Announced {
    private final String peer;
    private @Nullable String last;
    private boolean rootWanted;
    private int files;
    private long bytes;

    /** Goes on after the member with path {@code last}; null where there is none yet. */
    Announced(String peer, @Nullable String last, boolean rootWanted) {
        this.peer = peer;
        this.last = last;
        this.rootWanted = rootWanted;
    }

    int files() {
        return files;
    }

    long bytes() {
        return bytes;
    }

    MemberRow check(MemberLine line) {
        MemberRow row = Pages.row(line);
        String path = row.getPath();
        try {
            MemberPath.check(path);
        } catch (IllegalArgumentException e) {
            throw new TransferException(Code.BAD_NAME, peer + " announces '" + path + "': " + e.getMessage(), e);
        }
        if (rootWanted != path.equals(MemberPath.ROOT)) {
            throw broken("the root comes first and once, found '" + path + "'");
        }
        String before = last;
        if (before != null && MemberPath.ORDER.compare(before, path) >= 0) {
            throw broken("'" + path + "' after '" + before + "': members come in the order of a tree");
        }
        if (row.getSize() < 0
                || row.getSize() > Geometry.FILE_BYTES_MAX
                || (row.getDirectory() && row.getSize() != 0)) {
            throw new TransferException(
                    Code.LIMIT,
                    peer + " announces '" + path + "' of " + Long.toUnsignedString(row.getSize()) + " bytes");
        }
        rootWanted = false;
        last = path;
        files += row.getDirectory() ? 0 : 1;
        bytes += row.getSize(); // at most 512 files of 2^53 bytes: no overflow
        return row;
    }

    private TransferException broken(String what) {
        return new TransferException(Code.PROTOCOL, peer + " announces " + what);
    }
}
