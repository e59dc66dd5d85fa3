package dev.carnet.proto.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.wire.v1.Ack;
import dev.carnet.proto.wire.v1.BlobPage;
import dev.carnet.proto.wire.v1.ChunkRange;
import dev.carnet.proto.wire.v1.FilePage;
import dev.carnet.proto.wire.v1.FilePageAck;
import dev.carnet.proto.wire.v1.FileRange;
import dev.carnet.proto.wire.v1.FileSeal;
import dev.carnet.proto.wire.v1.FileSeals;
import dev.carnet.proto.wire.v1.Held;
import dev.carnet.proto.wire.v1.MemberLine;
import dev.carnet.proto.wire.v1.MemberType;
import java.nio.charset.CharacterCodingException;
import java.util.List;

/**
 * Form of the messages that travel while bytes do. Ranges go up and do not overlap within a message: so their number bounds the work that they can ask for, and
 * nothing is said twice.
 */
final class ProgressForms {
    private static final int FILE_MAX = Limits.MEMBERS_MAX - 1;
    /** The last chunk of a file of 2^53 bytes. */
    private static final int CHUNK_MAX = Integer.MAX_VALUE;

    private static final int MODE_MAX = 0777;
    private static final int NANOS_MAX = 999_999_999;

    private ProgressForms() {}

    static void held(Held m) {
        FieldCheck check = new FieldCheck("Held");
        check.id(m.getTransferId(), "transfer_id");
        check.attempt(m.getAttempt());
        check.number(m.getMembersKnown(), 0, Limits.MEMBERS_MAX, "members_known");
        check.number(m.getSealsKnown(), 0, Limits.MEMBERS_MAX, "seals_known");
        check.count(
                m.getCompleteCount() + m.getChunksCount(), 0, Limits.PAGE_RANGES_MAX, "complete and chunks together");
        int next = 0;
        for (FileRange range : m.getCompleteList()) {
            check.number(range.getFirst(), 0, FILE_MAX, "complete.first");
            check.number(range.getLast(), 0, FILE_MAX, "complete.last");
            check.form(range.getFirst() <= range.getLast(), "complete", "has a range whose last is before its first");
            check.form(range.getFirst() >= next, "complete", "has ranges that do not go up, or overlap");
            check.form(range.getLast() < m.getMembersKnown(), "complete", "has files that are not known");
            next = range.getLast() + 1;
        }
        chunks(check, m.getChunksList());
        check.form(
                m.getChunksCount() == 0 || m.getChunks(m.getChunksCount() - 1).getFile() < m.getMembersKnown(),
                "chunks",
                "has files that are not known");
    }

    static void ack(Ack m) {
        FieldCheck check = new FieldCheck("Ack");
        check.id(m.getTransferId(), "transfer_id");
        check.attempt(m.getAttempt());
        check.count(m.getChunksCount(), 0, Limits.PAGE_RANGES_MAX, "chunks");
        chunks(check, m.getChunksList());
    }

    private static void chunks(FieldCheck check, List<ChunkRange> ranges) {
        int file = 0;
        long next = 0;
        for (ChunkRange range : ranges) {
            check.number(range.getFile(), 0, FILE_MAX, "chunks.file");
            check.number(range.getFirst(), 0, CHUNK_MAX, "chunks.first");
            check.number(range.getLast(), 0, CHUNK_MAX, "chunks.last");
            check.form(range.getFirst() <= range.getLast(), "chunks", "has a range whose last is before its first");
            boolean after = range.getFile() == file ? range.getFirst() >= next : range.getFile() > file;
            check.form(after, "chunks", "has ranges that do not go up, or overlap");
            file = range.getFile();
            next = range.getLast() + 1L;
        }
    }

    static void filePage(FilePage m) {
        FieldCheck check = new FieldCheck("FilePage");
        check.id(m.getTransferId(), "transfer_id");
        check.attempt(m.getAttempt());
        check.count(m.getMembersCount(), 1, Limits.PAGE_MEMBERS_MAX, "members");
        check.number(m.getFirst(), 0, FILE_MAX, "first");
        check.limit(
                m.getFirst() + m.getMembersCount() <= Limits.MEMBERS_MAX,
                "members",
                "goes beyond " + Limits.MEMBERS_MAX + " members");
        for (int i = 0; i < m.getMembersCount(); i++) {
            member(m.getMembers(i), m.getFirst() + i == 0);
        }
    }

    private static void member(MemberLine m, boolean root) {
        FieldCheck check = new FieldCheck("FilePage.members");
        boolean directory = m.getType() == MemberType.MEMBER_TYPE_DIRECTORY;
        check.form(directory || m.getType() == MemberType.MEMBER_TYPE_FILE, "type", "is none that this version knows");
        check.limit(m.getPath().size() <= Limits.PATH_BYTES_MAX, "path", "has more than 4096 bytes");
        String path = path(check, m.getPath());
        check.form(path.equals(MemberPath.ROOT) == root, "path", "is \".\" for member 0, and for no other");
        check.number(m.getMode(), 0, MODE_MAX, "mode");
        check.number(m.getSize(), directory ? 0 : Limits.FILE_BYTES_MAX, "size");
        check.number(m.getMtimeNanos(), 0, NANOS_MAX, "mtime_nanos");
    }

    private static String path(FieldCheck check, ByteString bytes) {
        try {
            return MemberPath.check(
                    UTF_8.newDecoder().decode(bytes.asReadOnlyByteBuffer()).toString());
        } catch (CharacterCodingException e) {
            throw check.broken("path", "is not UTF-8", e);
        } catch (IllegalArgumentException e) {
            throw check.broken("path", "breaks a rule: " + e.getMessage(), e);
        }
    }

    static void filePageAck(FilePageAck m) {
        FieldCheck check = new FieldCheck("FilePageAck");
        check.id(m.getTransferId(), "transfer_id");
        check.attempt(m.getAttempt());
        check.number(m.getMembersKnown(), 1, Limits.MEMBERS_MAX, "members_known");
    }

    static void fileSeals(FileSeals m) {
        FieldCheck check = new FieldCheck("FileSeals");
        check.id(m.getTransferId(), "transfer_id");
        check.attempt(m.getAttempt());
        check.count(m.getSealsCount(), 1, Limits.PAGE_MEMBERS_MAX, "seals");
        for (FileSeal seal : m.getSealsList()) {
            check.number(seal.getFile(), 0, FILE_MAX, "seals.file");
            check.number(seal.getSize(), Limits.FILE_BYTES_MAX, "seals.size");
            check.digest(seal.getDigest(), "seals.digest");
        }
    }

    static void blobPage(BlobPage m) {
        FieldCheck check = new FieldCheck("BlobPage");
        check.id(m.getTransferId(), "transfer_id");
        check.attempt(m.getAttempt());
        check.digest(m.getDigest(), "digest");
        check.number(m.getOffset(), Long.MAX_VALUE, "offset");
        check.bytes(m.getValue(), 1, Limits.BLOB_PAGE_BYTES_MAX, "value");
    }
}
