package dev.carnet.daemon.merkle;

import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.state.Store;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.SubtreeHashes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The transparency log of one daemon. Follows the ledger's entries; every file that it writes is for good, but the log checkpoint and partial tiles. */
public interface MerkleLog {
    /**
     * Opens the log that lies in {@code directory}, beside the blobs: checks it against what the state database says was built and signed.
     *
     * @throws LedgerException where they differ: the log was restored from a copy, or somebody wrote there
     */
    static MerkleLog open(Path directory, Store store, Ledger ledger, Signer signer) {
        return LogBuilder.open(directory, store, ledger, signer);
    }

    /** Signs log checkpoints. */
    @FunctionalInterface
    interface Signer {
        /** Lines for a log checkpoint that is consistent with every one before. */
        List<NoteSignature> sign(LogCheckpoint checkpoint);
    }

    /**
     * Takes up every entry that counts by now, and signs a log checkpoint of them: on record, and not published yet. However many there are, it is one commit. What a crash interrupts is done again, to the
     * same bytes.
     *
     * @return the newest log checkpoint, with the log's own signatures
     * @throws LedgerException where the log cannot be trusted or written any more
     * @throws dev.carnet.daemon.state.StateException where there is no room on the disk: it may be tried again
     */
    SignedCheckpoint sign();

    /** From now on {@link #sign} signs what is built, however much has come to count since: the daemon ends. */
    void hasten();

    /**
     * Publishes what {@link #sign} gave last, with cosignatures.
     *
     * @throws LedgerException where it is another one, or cannot be written
     * @throws dev.carnet.daemon.state.StateException where there is no room on the disk: it may be tried again
     */
    void publish(SignedCheckpoint note);

    /** Both: for a log that nobody has to cosign. */
    default SignedCheckpoint advance() {
        SignedCheckpoint note = sign();
        publish(note);
        return note;
    }

    /** The log checkpoint that is published; empty before the first. */
    Optional<SignedCheckpoint> checkpoint();

    /** The log checkpoint that was signed last, whether or not it is published; empty before the first. */
    Optional<SignedCheckpoint> signed();

    /** Subtrees of the tree of {@code size} entries, which has been signed. Not for several threads. */
    SubtreeHashes hashes(long size);
}
