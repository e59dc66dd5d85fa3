package dev.carnet.daemon.transfer;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transfer.rows.CallerRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.Reader;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Local callers as those for whom a source is read, also after a restart: with the groups that they had when they asked. */
final class Readers {
    private Readers() {}

    static Reader of(Caller caller) {
        return reader(caller.uid(), caller.gid(), caller.groups());
    }

    /** Where a row names no caller nobody of this machine asked: what may be read is for the policy of peers alone. */
    static Reader of(TransferRow row) {
        CallerRow caller = row.getCaller();
        return row.hasCaller() ? reader(caller.getUid(), caller.getGid(), caller.getGroupsList()) : Reader.DAEMON;
    }

    private static Reader reader(int uid, int gid, List<Integer> groups) {
        Set<Integer> all = new HashSet<>(groups);
        all.add(gid);
        return Reader.user(uid, all);
    }

    static CallerRow row(Caller caller) {
        return CallerRow.newBuilder()
                .setUid(caller.uid())
                .setGid(caller.gid())
                .addAllGroups(caller.groups())
                .build();
    }
}
