package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.BlobPage;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Offer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** What a source in sealed mode has besides its files, in one attempt: the records of the checkpoint, which say what every chunk is before it is read. */
final class SealedSending implements AutoCloseable {
    private final SourceTransfer transfer;
    private final SealedRecord record;
    private final AtomicInteger holders = new AtomicInteger(1); // the attempt

    private SealedSending(SourceTransfer transfer, SealedRecord record) {
        this.transfer = transfer;
        this.record = record;
    }

    /**
     * Opens the records.
     *
     * @throws TransferException SOURCE_CHANGED where they are gone, or are of another tree than the one offered
     */
    static SealedSending open(Engine engine, Room room, SourceTransfer transfer) {
        TransferRow row = transfer.row();
        Offer offer = transfer.offerParsed();
        ByteString whole = Transfer.treeSent(offer);
        boolean same = room.store()
                .read(tx -> Names.get(tx, row.getSourceVolume(), row.getSourceRelative()))
                .filter(name -> name.getPublished() && name.getTreeDigest().equals(Statements.hex(whole.toByteArray())))
                .isPresent();
        SealedRecord record = same
                ? SealedRecord.open(engine.volume(row.getSourceVolume()), CheckpointName.of(row.getSourceRelative()))
                        .orElse(null)
                : null;
        if (record == null) {
            throw new TransferException(
                    Code.SOURCE_CHANGED,
                    row.getSourceVolume() + "/" + row.getSourceRelative()
                            + " is not on record here any more as it was when it was offered to " + row.getPeer()
                            + ": begin anew");
        }
        return new SealedSending(transfer, record);
    }

    /** What is on record of a chunk. */
    ChunkSum sum(MemberRow row, int chunk) {
        Hash32 cv = record.cv(row.getFirstCv(), chunk);
        return new ChunkSum(cv, Geometry.chunks(row.getSize()) == 1 ? SealedMembers.digest(row) : null);
    }

    /** Whoever reads from another thread holds it until it closes it. */
    void hold() {
        holders.incrementAndGet();
    }

    /**
     * Sends the tree and then the CVs; ends early where the session ends.
     *
     * @param wanted whether the attempt is still under way
     */
    void sendBlobs(int attempt, BooleanSupplier wanted) {
        Offer offer = transfer.offerParsed();
        ByteString tree = Transfer.treeSent(offer);
        try {
            Pager first = new Pager(tree, attempt, wanted);
            copy(record.tree().stream(), first);
            if (!first.end()) {
                return;
            }
            Pager second = new Pager(offer.getCvsDigest(), attempt, wanted);
            SealedMembers.writeCvs(second, transfer.members(), record);
            var _ = second.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] piece = new byte[Limits.BLOB_PAGE_BYTES_MAX];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            out.write(piece, 0, n);
        }
    }

    /** Cuts a blob into pages; one is held back, since the last is marked. */
    private final class Pager extends OutputStream {
        private final ByteString digest;
        private final int attempt;
        private final BooleanSupplier wanted;
        private byte[] page = new byte[Limits.BLOB_PAGE_BYTES_MAX];
        private int filled;
        private long offset;
        private boolean up = true;

        Pager(ByteString digest, int attempt, BooleanSupplier wanted) {
            this.digest = digest;
            this.attempt = attempt;
            this.wanted = wanted;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            int done = 0;
            while (done < length && up) {
                if (filled == page.length) {
                    send(false);
                }
                int n = Math.min(length - done, page.length - filled);
                System.arraycopy(bytes, from + done, page, filled, n);
                filled += n;
                done += n;
            }
        }

        /** False where the session has ended meanwhile. */
        boolean end() {
            send(true);
            return up;
        }

        private void send(boolean last) {
            up = up
                    && wanted.getAsBoolean()
                    && transfer.link()
                            .send(Control.newBuilder()
                                    .setBlobPage(BlobPage.newBuilder()
                                            .setDigest(digest)
                                            .setOffset(offset)
                                            .setValue(ByteString.copyFrom(page, 0, filled))
                                            .setLast(last)
                                            .setTransferId(transfer.link().transferId())
                                            .setAttempt(attempt)));
            FailPoint.SOURCE_BLOB_PAGE_SENT.pass();
            offset += filled;
            filled = 0;
            page = new byte[Limits.BLOB_PAGE_BYTES_MAX];
        }
    }

    /** Of one of those who hold it; the last closes the records. */
    @Override
    public void close() {
        if (holders.decrementAndGet() == 0) {
            record.close();
        }
    }
}
