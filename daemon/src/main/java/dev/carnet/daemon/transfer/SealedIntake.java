package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.ScratchFile;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.proto.hash.CvTree;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.Includes;
import dev.carnet.proto.tree.PartLines;
import dev.carnet.proto.tree.TreeException;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeReader;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.tree.TreeWriter;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.BlobPage;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.FilePageAck;
import dev.carnet.proto.wire.v1.Offer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tree and CVs of a transfer in sealed mode, before its first chunk (SPEC section 8): they go to scratch files, and only what is verified whole is put on record. In the
 * transfer's mailbox, for one attempt.
 */
final class SealedIntake implements AutoCloseable {
    /** Scratch file of the tree that arrives: the whole one, where a part is pulled. */
    private static final String TREE = "text";

    private final DestinationTransfer transfer;
    private final int attempt;
    private final Offer offer;
    private final Includes includes;
    private @Nullable Blob tree;
    private @Nullable Blob cvs;

    SealedIntake(DestinationTransfer transfer, int attempt) {
        this.transfer = transfer;
        this.attempt = attempt;
        this.offer = transfer.offerParsed();
        this.includes = new Includes(transfer.request()
                .map(request -> java.util.List.copyOf(request.getIncludeList()))
                .orElse(java.util.List.of()));
    }

    /** One that arrives. */
    private static final class Blob implements AutoCloseable {
        final ByteString digest;
        final long bytesMax;
        final ScratchFile file;
        final MessageDigest sha256 = Trees.sha256();
        long bytes;
        boolean whole;

        Blob(ByteString digest, long bytesMax, ScratchFile file) {
            this.digest = digest;
            this.bytesMax = bytesMax;
            this.file = file;
        }

        void append(byte[] value) {
            file.append(value);
            sha256.update(value);
            bytes += value.length;
        }

        @Override
        public void close() {
            file.close();
        }
    }

    /** Takes the next page of the tree, or of the CVs after it. */
    void page(BlobPage page) {
        if (transfer.row().getMembers() > 0) {
            throw broken("sends a page of a blob that is on record already");
        }
        Blob now = tree;
        if (now == null) {
            ByteString whole = Transfer.treeSent(offer);
            now = new Blob(whole, treeBytesMax(), transfer.staging().scratch(TREE));
            tree = now;
        } else if (now.whole) {
            now = java.util.Objects.requireNonNull(cvs);
        }
        append(now, page);
        if (!page.getLast()) {
            return;
        }
        now.whole = true;
        Blob text = java.util.Objects.requireNonNull(tree);
        if (cvs == null) {
            require(matches(text), Code.TREE_MISMATCH, "the tree it sent is not the one that its offer names");
            cvs = new Blob(
                    offer.getCvsDigest(), cvsBytes(text), transfer.staging().scratch(SealedCvs.SCRATCH));
        } else {
            require(
                    now.bytes == now.bytesMax && matches(now),
                    Code.FILE_MISMATCH,
                    "the chunk values it sent are not those that its offer names, or not of its tree");
            store(text, now);
        }
    }

    /** What the members that were offered can have; of a part the whole tree travels, and how many members that has was not said. */
    private long treeBytesMax() {
        return offer.getPartOf().isEmpty()
                ? Math.min(Limits.TREE_BYTES_MAX, (offer.getMembers() + 1L) * (Limits.TREE_LINE_BYTES_MAX + 1))
                : Limits.TREE_BYTES_MAX;
    }

    private void append(Blob blob, BlobPage page) {
        if (!page.getDigest().equals(blob.digest) || page.getOffset() != blob.bytes) {
            throw broken("sends byte " + page.getOffset() + " of the blob "
                    + Statements.hex(page.getDigest().toByteArray()).substring(0, 12) + "…, expected byte " + blob.bytes
                    + " of " + Statements.hex(blob.digest.toByteArray()).substring(0, 12) + "…");
        }
        require(
                page.getValue().size() <= blob.bytesMax - blob.bytes,
                Code.LIMIT,
                "a blob has more than " + blob.bytesMax + " bytes");
        blob.append(page.getValue().toByteArray());
    }

    private static boolean matches(Blob blob) {
        return Arrays.equals(blob.sha256.digest(), blob.digest.toByteArray());
    }

    /** Sees the members that travel, in the order of their numbers. */
    @FunctionalInterface
    private interface Visitor {
        void member(TreeMember member) throws IOException;
    }

    /** Reads the tree that has arrived. */
    private void forEach(Blob text, Visitor visitor) {
        try {
            PartLines part = new PartLines(includes);
            if (!includes.all()) {
                TreeReader all = new TreeReader(text.file.stream());
                for (Optional<TreeMember> next = all.next(); next.isPresent(); next = all.next()) {
                    part.add(next.get());
                }
            }
            TreeReader reader = new TreeReader(text.file.stream());
            int line = 0;
            for (Optional<TreeMember> next = reader.next(); next.isPresent(); next = reader.next()) {
                if (includes.all() || part.has(line)) {
                    visitor.member(next.get());
                }
                line++;
            }
        } catch (TreeException e) {
            throw broken("sends a tree that is none: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Holds the tree of what travels against the Offer; gives the length that its CVs must have. */
    private long cvsBytes(Blob text) {
        TreeWriter writer = SealedMembers.digests();
        long[] sums = new long[2]; // members, chunks
        forEach(text, member -> {
            require(++sums[0] <= offer.getMembers(), Code.LIMIT, "the tree has more members than were offered");
            sums[1] += member instanceof TreeMember.File file ? Geometry.chunks(file.size()) : 0;
            writer.add(member);
        });
        TreeSummary summary = writer.finish();
        require(
                Arrays.equals(
                        summary.treeDigest().toBytes(), offer.getTreeDigest().toByteArray()),
                Code.TREE_MISMATCH,
                "the tree of what was asked for is " + summary.treeDigest().hex() + ", not the one that was offered");
        require(sums[0] == offer.getMembers(), Code.TREE_MISMATCH, "the tree has fewer members than were offered");
        require(
                summary.logicalBytes() <= offer.getLogicalBytesMax(),
                Code.LIMIT,
                "the tree has more bytes than were offered");
        return Trees.CVS_HEADER_BYTES + sums[1] * Hash32.BYTES;
    }

    /** Holds the CVs against the digests of their files, makes every member, and puts all of it on record; the number of members last. */
    private void store(Blob text, Blob values) {
        Staging staging = transfer.staging();
        Members.Recorder recorder = transfer.members().recorder();
        long[] sums = new long[4]; // members, files, bytes, CVs
        try (InputStream in = values.file.stream()) {
            require(
                    Arrays.equals(in.readNBytes(Trees.CVS_HEADER_BYTES), Trees.cvsHeader()),
                    Code.FILE_MISMATCH,
                    "the record of chunk values does not begin as one");
            forEach(text, member -> {
                MemberRow row = SealedMembers.row(member, sums[3]);
                if (member instanceof TreeMember.File file) {
                    verify(file, in);
                    sums[1]++;
                    sums[2] += file.size();
                    sums[3] += Geometry.chunks(file.size());
                }
                Intake.create(staging, row);
                recorder.add(row);
                if (++sums[0] % 1_000 == 0) {
                    transfer.seen(); // we are at work: that is no silence of the peer's
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        recorder.flush();
        values.file.sync();
        FailPoint.DESTINATION_SEALED_CREATED.pass();
        transfer.seen();
        transfer.update(
                row -> row.setMembers((int) sums[0]).setFiles((int) sums[1]).setLogicalBytes(sums[2]));
        FailPoint.DESTINATION_SEALED_STORED.pass();
        close();
        transfer.receiving().sealedOnRecord();
        transfer.link()
                .send(Control.newBuilder()
                        .setFilePageAck(FilePageAck.newBuilder()
                                .setTransferId(transfer.link().transferId())
                                .setAttempt(attempt)
                                .setMembersKnown(transfer.row().getMembers())));
    }

    private void verify(TreeMember.File file, InputStream cvs) throws IOException {
        int chunks = Geometry.chunks(file.size());
        CvTree tree = new CvTree();
        for (int chunk = 0; chunk < chunks; chunk++) {
            tree.add(Hash32.of(cvs.readNBytes(Hash32.BYTES)));
        }
        if (chunks == 0) {
            require(
                    file.digest().equals(Chunks.EMPTY_FILE),
                    Code.FILE_MISMATCH,
                    "'" + file.path() + "' is empty, and its digest is another's");
        } else if (chunks > 1) {
            require(
                    tree.root().equals(file.digest()),
                    Code.FILE_MISMATCH,
                    "the chunk values of '" + file.path() + "' do not make the digest that its tree names");
        }
    }

    private void require(boolean holds, Code code, String sentence) {
        if (!holds) {
            throw new TransferException(code, transfer.row().getPeer() + ": " + sentence);
        }
    }

    private TransferException broken(String what) {
        return new TransferException(Code.PROTOCOL, transfer.row().getPeer() + " " + what);
    }

    /** Idempotent; scratch files go with the staging. */
    @Override
    public void close() {
        if (tree != null) {
            tree.close();
        }
        if (cvs != null) {
            cvs.close();
        }
    }
}
