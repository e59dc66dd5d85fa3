package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Fingerprint;
import dev.carnet.daemon.volume.Member;
import dev.carnet.daemon.volume.SourceFile;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.hash.CvTree;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.tree.TreeException;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeReader;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.v1.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Reads a checkpoint of this daemon from disk again, every byte, and compares it with its record. One buffer of the send budget at a time. */
final class OwnCopy {
    private static final int MODES = 0777;
    private static final int MASK_BYTES_MAX = 8;

    private final Room room;
    private final Engine engine;
    private final Volume volume;
    private final CheckpointName name;
    private final Holdings.Progress progress;
    private final BooleanSupplier stopped;
    private final @Nullable Also also;

    private long files;
    private long bytes;
    private long bytesTotal;
    private long nextCv;

    /** @param stopped asked between two chunks */
    OwnCopy(
            Room room,
            Engine engine,
            Volume volume,
            CheckpointName name,
            Holdings.Progress progress,
            BooleanSupplier stopped) {
        this(room, engine, volume, name, progress, stopped, null);
    }

    /** @param also sees every byte of each file on the way; null for nobody */
    OwnCopy(
            Room room,
            Engine engine,
            Volume volume,
            CheckpointName name,
            Holdings.Progress progress,
            BooleanSupplier stopped,
            @Nullable Also also) {
        this.room = room;
        this.engine = engine;
        this.volume = volume;
        this.name = name;
        this.progress = progress;
        this.stopped = stopped;
        this.also = also;
    }

    /** Does something with what is read, before it is known to be what is on record. */
    interface Also {
        void bytes(ByteBuffer some);

        /** The file has ended, and is what is on record. */
        void ended(TreeMember.File file);
    }

    /**
     * Reads it.
     *
     * @param tree digest that the catalogue has
     * @throws TransferException TREE_MISMATCH, naming the first member that differs; UNKNOWN_CHECKPOINT where there is no record; CANCELLED; STORAGE
     */
    TreeSummary read(String tree) {
        try (SealedRecord record = SealedRecord.open(volume, name)
                .orElseThrow(() -> new TransferException(
                        Code.UNKNOWN_CHECKPOINT, "there is no record of '" + name.value() + "' to compare with"))) {
            TreeSummary summary = record.read((member, print, firstCv) -> {});
            if (!summary.treeDigest().hex().equals(tree)) {
                throw differs(MemberPath.ROOT, "the record beside it is not the one that the catalogue names");
            }
            bytesTotal = summary.logicalBytes();
            compare(record);
            return summary;
        } catch (VolumeException e) {
            throw switch (e.kind()) {
                case NOT_FOUND, BAD_TYPE, IN_THE_WAY, CHANGED ->
                    new TransferException(
                            Code.TREE_MISMATCH,
                            "the copy of '" + name.value() + "' here is not whole: "
                                    + String.valueOf(e.getMessage()).replace(volume.root() + "/", ""));
                default -> Failures.of(e, dev.carnet.proto.ledger.Role.DESTINATION);
            };
        } catch (TreeException e) {
            throw new TransferException(Code.TREE_MISMATCH, "the record of '" + name.value() + "' is damaged", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void compare(SealedRecord record) throws IOException {
        int mask = mask();
        TreeReader recorded = new TreeReader(record.tree().stream());
        try (SourceTree disk = volume.source(name.value(), false)) {
            disk.walk((member, print) -> {
                TreeMember expected = next(recorded);
                if (expected == null || MemberPath.ORDER.compare(member.path(), expected.path()) < 0) {
                    throw differs(member.path(), "is there and not on record");
                }
                if (!expected.path().equals(member.path())) {
                    throw differs(expected.path(), "is on record and not there");
                }
                attributes(member, expected, mask);
                if (expected instanceof TreeMember.File file) {
                    content(disk, file, print, record);
                }
            });
        }
        TreeMember missing = next(recorded);
        if (missing != null) {
            throw differs(missing.path(), "is on record and not there");
        }
    }

    private static @Nullable TreeMember next(TreeReader recorded) {
        try {
            return recorded.next().orElse(null);
        } catch (TreeException e) {
            throw new VolumeException(VolumeException.Kind.CHANGED, "its record is damaged: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the volume took from the permission bits when it was published. */
    private int mask() {
        Optional<byte[]> recorded = volume.records(name).read("mode-mask", MASK_BYTES_MAX);
        if (recorded.isEmpty()) {
            return MODES;
        }
        try {
            return Integer.parseInt(new String(recorded.get(), US_ASCII).strip(), 8) & MODES;
        } catch (NumberFormatException e) {
            throw new VolumeException(VolumeException.Kind.CHANGED, "its record mode-mask is damaged", e);
        }
    }

    private void attributes(Member member, TreeMember expected, int mask) {
        boolean directory = member.type() == Member.Type.DIRECTORY;
        if (directory != (expected instanceof TreeMember.Directory)) {
            throw differs(
                    member.path(),
                    directory ? "is a directory, on record is a file" : "is a file, on record is a directory");
        }
        if (member.mode() != (expected.mode() & mask)) {
            throw differs(
                    member.path(),
                    String.format(
                            java.util.Locale.ROOT,
                            "has mode %04o, on record is %04o",
                            member.mode(),
                            expected.mode() & mask));
        }
        if (member.mtimeSeconds() != expected.mtimeSeconds() || member.mtimeNanos() != expected.mtimeNanos()) {
            throw differs(member.path(), "has another modification time than on record");
        }
        if (expected instanceof TreeMember.File file && member.size() != file.size()) {
            throw differs(member.path(), "has " + member.size() + " bytes, on record are " + file.size());
        }
    }

    private void content(SourceTree disk, TreeMember.File file, Fingerprint print, SealedRecord record) {
        int chunks = Geometry.chunks(file.size());
        CvTree cvs = new CvTree();
        @Nullable Hash32 digest = chunks == 0 ? Chunks.EMPTY_FILE : null;
        try (SourceFile open = disk.open(file.path())) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                if (stopped.getAsBoolean()) {
                    throw new TransferException(Code.CANCELLED, "the reading of '" + name.value() + "' was stopped");
                }
                ChunkSum sum = sum(open, file.size(), chunk);
                if (!sum.cv().equals(record.cv(nextCv, chunk))) {
                    throw differs(file.path(), "has other bytes than on record, in chunk " + chunk);
                }
                cvs.add(sum.cv());
                digest = sum.root();
                bytes += Geometry.length(file.size(), chunk);
                progress.read(files, bytes, bytesTotal);
            }
            if (!open.fingerprint().equals(print)) {
                throw differs(file.path(), "changed while it was being read");
            }
        }
        if (!file.digest().equals(chunks > 1 ? cvs.root() : digest)) {
            throw differs(file.path(), "has another digest than on record");
        }
        if (also != null) {
            also.ended(file);
        }
        nextCv += chunks;
        progress.read(++files, bytes, bytesTotal);
    }

    private ChunkSum sum(SourceFile file, long size, int chunk) {
        int length = Geometry.length(size, chunk);
        return engine.withBuffer(buffer -> {
            file.read(buffer.segment(), Geometry.offset(chunk), length);
            if (also != null) {
                also.bytes(buffer.segment().asSlice(0, length).asByteBuffer());
            }
            return ChunkSum.of(room.blake3(), buffer.segment(), length, chunk, size);
        });
    }

    private TransferException differs(String path, String how) {
        return new TransferException(
                Code.TREE_MISMATCH, "the copy of '" + name.value() + "' here is not whole: '" + path + "' " + how);
    }
}
