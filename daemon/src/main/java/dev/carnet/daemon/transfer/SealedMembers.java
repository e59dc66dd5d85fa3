package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.Fingerprint;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.Includes;
import dev.carnet.proto.tree.PartLines;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.tree.TreeWriter;
import dev.carnet.proto.wire.v1.Code;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/** The members of a checkpoint that is sealed here, as a transfer of it has them: taken from the records, nothing is hashed (SPEC section 8, "Sealed mode"). */
final class SealedMembers {
    private static final int PIECE_CVS = (64 << 10) / Hash32.BYTES;

    private SealedMembers() {}

    /**
     * What travels.
     *
     * @param tree of what travels
     * @param whole tree digest of the whole, where what travels is a part of it
     * @param cvsDigest SHA-256 of the record {@code cvs} of what travels, hex
     */
    record Found(TreeSummary tree, int members, Optional<String> whole, String cvsDigest) {}

    /**
     * Puts the chosen members on record under their numbers.
     *
     * @throws TransferException BAD_NAME where the includes choose nothing; SOURCE_CHANGED where it was never recorded what its files were
     */
    static Found record(Members members, SealedRecord record, Includes includes) {
        PartLines part = new PartLines(includes);
        Optional<TreeSummary> whole = includes.all()
                ? Optional.empty()
                : Optional.of(record.read((member, print, firstCv) -> part.add(member)));
        if (whole.isPresent() && !part.any()) {
            throw new TransferException(
                    Code.BAD_NAME,
                    "the patterns choose nothing of the checkpoint: look at its members with `carnet show`");
        }
        Members.Recorder recorder = members.recorder();
        TreeWriter writer = digests();
        int[] line = {0};
        record.read((member, print, firstCv) -> {
            if (includes.all() || part.has(line[0])) {
                recorder.add(row(member, print, firstCv));
                add(writer, member);
            }
            line[0]++;
        });
        recorder.flush();
        TreeSummary tree = writer.finish();
        MessageDigest cvs = Trees.sha256();
        writeCvs(new DigestOutputStream(OutputStream.nullOutputStream(), cvs), members, record);
        return new Found(
                tree,
                recorder.count(),
                whole.map(TreeSummary::treeDigest)
                        .filter(digest -> !digest.equals(tree.treeDigest()))
                        .map(Hash32::hex),
                HexFormat.of().formatHex(cvs.digest()));
    }

    private static void add(TreeWriter writer, TreeMember member) {
        try {
            writer.add(member);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One that keeps digests alone. */
    static TreeWriter digests() {
        try {
            return new TreeWriter(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MemberRow row(TreeMember member, Optional<Fingerprint> recorded, long firstCv) {
        Fingerprint print = recorded.orElseThrow(() -> new TransferException(
                Code.SOURCE_CHANGED,
                "it is not on record what the files were when the checkpoint was recorded: seal it anew"));
        return row(member, firstCv).toBuilder()
                .setDevice(print.device())
                .setInode(print.inode())
                .setCtimeSeconds(print.ctimeSeconds())
                .setCtimeNanos(print.ctimeNanos())
                .setPrintMtimeSeconds(print.mtimeSeconds())
                .setPrintMtimeNanos(print.mtimeNanos())
                .build();
    }

    /** A member as its line has it. */
    static MemberRow row(TreeMember member, long firstCv) {
        MemberRow.Builder row = MemberRow.newBuilder()
                .setPath(member.path())
                .setMode(member.mode())
                .setMtimeSeconds(member.mtimeSeconds())
                .setMtimeNanos(member.mtimeNanos());
        return switch (member) {
            case TreeMember.Directory d -> row.setDirectory(true).build();
            case TreeMember.File file ->
                row.setSize(file.size())
                        .setDigest(ByteString.copyFrom(file.digest().toBytes()))
                        .setFirstCv(firstCv)
                        .build();
        };
    }

    /** The record {@code cvs} of the members that travel. */
    static void writeCvs(OutputStream out, Members members, SealedRecord record) {
        try {
            Trees.writeCvsHeader(out);
            for (Members.Numbered member : members) {
                int chunks = member.file() ? Geometry.chunks(member.row().getSize()) : 0;
                for (int chunk = 0; chunk < chunks; chunk += PIECE_CVS) {
                    out.write(record.cvs(member.row().getFirstCv() + chunk, Math.min(PIECE_CVS, chunks - chunk)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What members on record come to, by the digests of their files that the record has. */
    static TreeSummary summary(Members members) {
        TreeWriter writer = digests();
        for (Members.Numbered member : members) {
            add(writer, Trees.line(member.row(), member.file() ? digest(member.row()) : Chunks.EMPTY_FILE));
        }
        return writer.finish();
    }

    /** Of a file in sealed mode. */
    static Hash32 digest(MemberRow row) {
        return Hash32.of(row.getDigest().toByteArray());
    }
}
