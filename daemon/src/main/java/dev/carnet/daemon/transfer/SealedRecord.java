package dev.carnet.daemon.transfer;

import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Fingerprint;
import dev.carnet.daemon.volume.RecordFile;
import dev.carnet.daemon.volume.RecordedPrints;
import dev.carnet.daemon.volume.Records;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.TreeException;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeReader;
import dev.carnet.proto.tree.TreeSummary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** What is on record of a checkpoint that was published, sealed or adopted here: its tree, CVs and prints. Memory does not grow with any of them. */
final class SealedRecord implements AutoCloseable {
    private final RecordFile tree;
    private final RecordFile cvs;
    private final Optional<RecordFile> prints;

    private SealedRecord(RecordFile tree, RecordFile cvs, Optional<RecordFile> prints) {
        this.tree = tree;
        this.cvs = cvs;
        this.prints = prints;
    }

    /** Sees a member, what its file was on disk when it was recorded, and the number of its first CV in the record. */
    @FunctionalInterface
    interface Visitor {
        void member(TreeMember member, Optional<Fingerprint> print, long firstCv);
    }

    /** Opens it; empty where tree or CVs are missing. Whether the files still are what it says is for {@link Volume#standsAsRecorded} to tell. */
    static Optional<SealedRecord> open(Volume volume, CheckpointName name) {
        Records records = volume.records(name);
        Optional<RecordFile> tree = records.open("tree");
        if (tree.isEmpty()) {
            return Optional.empty();
        }
        Optional<RecordFile> cvs = records.open("cvs");
        if (cvs.isEmpty()) {
            tree.get().close();
            return Optional.empty();
        }
        return Optional.of(new SealedRecord(tree.get(), cvs.get(), records.open("prints")));
    }

    /** The text of the tree, as it travels. */
    RecordFile tree() {
        return tree;
    }

    /** {@code count} CVs as they stand on record, from number {@code first} on. */
    byte[] cvs(long first, int count) {
        return cvs.read(Trees.CVS_HEADER_BYTES + first * Hash32.BYTES, count * Hash32.BYTES);
    }

    /**
     * Reads all members in tree order, and gives what they come to.
     *
     * @throws VolumeException CHANGED where the records do not fit each other
     */
    TreeSummary read(Visitor visitor) {
        try {
            TreeReader reader = new TreeReader(tree.stream());
            Optional<RecordedPrints> recorded = prints.map(file -> new RecordedPrints(file.stream()));
            long nextCv = 0;
            for (Optional<TreeMember> next = reader.next(); next.isPresent(); next = reader.next()) {
                TreeMember member = next.get();
                visitor.member(member, recorded.map(lines -> lines.next(member.path())), nextCv);
                nextCv += member instanceof TreeMember.File file ? Geometry.chunks(file.size()) : 0;
            }
            if (cvs.size() != Trees.CVS_HEADER_BYTES + nextCv * Hash32.BYTES) {
                throw new VolumeException(
                        VolumeException.Kind.CHANGED,
                        "the records of the checkpoint are damaged: the CVs do not have the length that the tree gives");
            }
            return reader.summary();
        } catch (TreeException e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A chunk's CV; {@code firstCv} is what {@link Visitor} was told of its file. */
    Hash32 cv(long firstCv, int chunk) {
        return Hash32.of(cvs.read(Trees.CVS_HEADER_BYTES + (firstCv + chunk) * Hash32.BYTES, Hash32.BYTES));
    }

    private static VolumeException damaged(String why, Throwable cause) {
        return new VolumeException(
                VolumeException.Kind.CHANGED, "the records of the checkpoint are damaged: " + why, cause);
    }

    @Override
    public void close() {
        tree.close();
        cvs.close();
        prints.ifPresent(RecordFile::close);
    }
}
