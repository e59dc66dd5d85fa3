package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.MemberLine;
import dev.carnet.proto.wire.v1.MemberType;
import java.util.List;

/** Lists of members in messages that fit a control frame. */
final class Pages {
    /** FileSeals of one message. */
    static final int SEALS = Limits.PAGE_MEMBERS_MAX;

    /** Of the lines of one page; the frame's limit less what stands around them. */
    private static final int BYTES = Limits.CONTROL_FRAME_BYTES_MAX - 1_024;

    private static final int LINE_OVERHEAD = 48;

    private Pages() {}

    /** The members from {@code first} on that fit one page: at least one. */
    static List<Members.Numbered> fitting(Members members, int first) {
        List<Members.Numbered> page = members.page(first, Limits.PAGE_MEMBERS_MAX);
        int bytes = 0;
        for (int i = 0; i < page.size(); i++) {
            bytes += LINE_OVERHEAD
                    + ByteString.copyFromUtf8(page.get(i).row().getPath()).size();
            if (bytes > BYTES) {
                return page.subList(0, i);
            }
        }
        return page;
    }

    static MemberLine line(MemberRow row) {
        return MemberLine.newBuilder()
                .setType(row.getDirectory() ? MemberType.MEMBER_TYPE_DIRECTORY : MemberType.MEMBER_TYPE_FILE)
                .setPath(ByteString.copyFromUtf8(row.getPath()))
                .setMode(row.getMode())
                .setSize(row.getSize())
                .setMtimeSeconds(row.getMtimeSeconds())
                .setMtimeNanos(row.getMtimeNanos())
                .build();
    }

    static MemberRow row(MemberLine line) {
        return MemberRow.newBuilder()
                .setDirectory(line.getType() == MemberType.MEMBER_TYPE_DIRECTORY)
                .setPath(line.getPath().toStringUtf8())
                .setMode(line.getMode())
                .setSize(line.getSize())
                .setMtimeSeconds(line.getMtimeSeconds())
                .setMtimeNanos(line.getMtimeNanos())
                .build();
    }
}
