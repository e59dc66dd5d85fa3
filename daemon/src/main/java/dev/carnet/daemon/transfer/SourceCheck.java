package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.SourceTree;
import dev.carnet.proto.hash.CvTree;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.tree.TreeWriter;
import dev.carnet.proto.wire.v1.Code;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;

/** Looks at the whole source of a transfer again: whether it stood still, and what it is. On a background thread. */
final class SourceCheck {
    private final Room room;
    private final Engine engine;
    private final SourceTransfer transfer;

    SourceCheck(Room room, Engine engine, SourceTransfer transfer) {
        this.room = room;
        this.engine = engine;
        this.transfer = transfer;
    }

    /** @throws TransferException SOURCE_CHANGED */
    void standsStill(SourceTree tree) {
        String peer = transfer.row().getPeer();
        if (transfer.sealed()) {
            boolean part = !transfer.offerParsed().getPartOf().isEmpty();
            Walks.stands(tree, transfer.members(), peer, part);
        } else {
            Walks.unchanged(tree, transfer.members(), peer);
        }
    }

    /**
     * Hashes the whole source (in sealed mode: looks whether it stands as recorded), for a comparison with what the destination has already. Nothing is put on record: a row of a chunk means that it was sent.
     *
     * @throws TransferException CANCELLED where {@code wanted} is false meanwhile
     */
    TreeSummary hashAll(BooleanSupplier wanted) {
        if (transfer.sealed()) {
            try (SourceTree tree = engine.sourceTree(transfer.row())) {
                standsStill(tree);
            }
            return SealedMembers.summary(transfer.members());
        }
        try (SourceTree tree = engine.sourceTree(transfer.row());
                OpenFiles files = new OpenFiles(tree, transfer.row().getPeer())) {
            TreeWriter writer = new TreeWriter(OutputStream.nullOutputStream());
            for (Members.Numbered member : transfer.members()) {
                writer.add(Trees.line(
                        member.row(),
                        member.file() ? hash(files, member.number(), member.row(), wanted) : Chunks.EMPTY_FILE));
            }
            Walks.unchanged(tree, transfer.members(), transfer.row().getPeer());
            return writer.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Hash32 hash(OpenFiles files, int member, MemberRow row, BooleanSupplier wanted) {
        int chunks = Geometry.chunks(row.getSize());
        CvTree cvs = new CvTree();
        Hash32 only = Chunks.EMPTY_FILE;
        for (int chunk = 0; chunk < chunks; chunk++) {
            if (!wanted.getAsBoolean()) {
                throw new TransferException(Code.CANCELLED, "it ended while its files were hashed");
            }
            int length = Geometry.length(row.getSize(), chunk);
            int at = chunk;
            ChunkSum sum = engine.withBuffer(buffer -> {
                files.open(member, row, chunks).read(buffer.segment(), Geometry.offset(at), length);
                return ChunkSum.of(room.blake3(), buffer.segment(), length, at, row.getSize());
            });
            files.done(member, row);
            cvs.add(sum.cv());
            only = sum.root() == null ? only : sum.root();
        }
        return chunks > 1 ? cvs.root() : only;
    }
}
