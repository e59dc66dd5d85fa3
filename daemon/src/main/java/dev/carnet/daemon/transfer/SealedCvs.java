package dev.carnet.daemon.transfer;

import dev.carnet.daemon.transfer.rows.MemberRow;
import dev.carnet.daemon.volume.RecordFile;
import dev.carnet.daemon.volume.Staging;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.wire.v1.Code;

/** The chunk values that a destination in sealed mode has on record, and holds every chunk against at its arrival. Safe for many threads; closed after them. */
final class SealedCvs implements AutoCloseable {
    /** Its scratch file. */
    static final String SCRATCH = "cvs";

    private final RecordFile file;
    private final String peer;

    private SealedCvs(RecordFile file, String peer) {
        this.file = file;
        this.peer = peer;
    }

    /** Opens what {@link SealedIntake} has put on record. */
    static SealedCvs open(Staging staging, String peer) {
        return new SealedCvs(
                staging.openScratch(SCRATCH)
                        .orElseThrow(() -> new TransferException(
                                Code.STORAGE, "the chunk values in staging are gone: somebody removed them")),
                peer);
    }

    /**
     * Holds a chunk against the record.
     *
     * @throws TransferException CHUNK_MISMATCH
     */
    void check(MemberRow row, int chunk, ChunkSum sum) {
        Hash32 cv =
                Hash32.of(file.read(Trees.CVS_HEADER_BYTES + (row.getFirstCv() + chunk) * Hash32.BYTES, Hash32.BYTES));
        boolean same = cv.equals(sum.cv()) && (sum.root() == null || sum.root().equals(SealedMembers.digest(row)));
        if (!same) {
            throw new TransferException(
                    Code.CHUNK_MISMATCH,
                    "chunk " + chunk + " of '" + row.getPath() + "' is not the one of the tree that " + peer
                            + " announced: it sends other bytes than it has sealed");
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
