package dev.carnet.daemon.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.ledger.Keyring;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.merkle.MerkleLog;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What others know of this daemon's log, compared with what it knows itself. */
final class OwnLog {
    private static final byte[] RESTORED = "merkle-restored".getBytes(UTF_8);
    private static final byte[] COSIGNED = "merkle-cosigned".getBytes(UTF_8);

    private final Store store;
    private final Ledger ledger;
    private final MerkleLog merkle;

    OwnLog(Store store, Ledger ledger, MerkleLog merkle) {
        this.store = store;
        this.ledger = ledger;
        this.merkle = merkle;
    }

    /** @throws LedgerException where this state was found to be an older copy: it never signs again */
    void mustNotBeRestored() {
        whyRestored(store).ifPresent(why -> {
            throw new LedgerException(why);
        });
    }

    /** Why this state never signs again; empty where nothing is known against it. */
    static Optional<String> whyRestored(Store store) {
        return store.read(tx -> tx.get(Table.META, RESTORED)).map(why -> new String(why, UTF_8));
    }

    /** Whether a peer has ever cosigned this log: then one may know more of it than this state does. */
    boolean wasCosigned() {
        return store.read(tx -> tx.get(Table.META, COSIGNED)).isPresent();
    }

    /**
     * Puts on record that one has.
     *
     * @throws NoRoomException where the disk is full
     */
    void recordCosigned() {
        if (!wasCosigned()) {
            store.update(tx -> tx.put(Table.META, COSIGNED, new byte[] {1}));
        }
    }

    /**
     * Compares.
     *
     * @param theirs what a witness has of this log
     * @return whether it is of this log, and signed by it; what is not proves nothing
     * @throws LedgerException where it is, and this state does not know it: it is an older copy, and that is put on record
     */
    boolean compare(String witness, SignedCheckpoint theirs) {
        LogCheckpoint there = theirs.checkpoint();
        if (!there.origin().equals(ledger.origin()) || !signedHere(theirs)) {
            return false;
        }
        long signed = merkle.signed().map(note -> note.checkpoint().size()).orElse(0L);
        if (there.size() > signed) {
            throw restored(witness + " has a log checkpoint of " + there.size()
                    + " entries that this daemon signed, and" + " its state knows of " + signed);
        }
        if (!root(there.size()).equals(there.root())) {
            throw restored(witness + " has a log checkpoint of " + there.size()
                    + " entries that this daemon signed, with another root than its state has");
        }
        return true;
    }

    private LedgerException restored(String what) {
        String why =
                what + ": the state directory was restored from an older copy. It signs nothing any more, since its"
                        + " log would have two histories. Restore the newest copy of all of it; where that is lost, see"
                        + " \"A ledger that is lost\" in daemon/docs/ledger.md";
        try {
            store.update(tx -> tx.put(Table.META, RESTORED, why.getBytes(UTF_8)));
        } catch (NoRoomException e) {
            return new LedgerException(why, e); // the daemon stops all the same, and finds it out again
        }
        return new LedgerException(why);
    }

    Hash32 root(long size) {
        return Proofs.root(size, merkle.hashes(size));
    }

    /** With both keys of one binding, of now or before: one key that leaked, long after it was replaced, must not be able to stop this daemon. */
    private boolean signedHere(SignedCheckpoint note) {
        return bindings().stream().anyMatch(keys -> {
            try {
                return note.verify(keys).stream()
                                .map(SignedCheckpoint.Verified::key)
                                .distinct()
                                .count()
                        == keys.size();
            } catch (LogException e) {
                return false;
            }
        });
    }

    private List<List<NoteKey>> bindings() {
        Keyring keyring = ledger.keys();
        List<List<NoteKey>> bindings = new ArrayList<>();
        bindings.add(LogKeys.log(ledger.origin(), keyring.publicKeys().log()));
        for (Keyring.Evidence earlier : keyring.earlier()) {
            bindings.add(LogKeys.log(
                    ledger.origin(),
                    KeyBindingStatement.read(Dsse.parse(earlier.binding()).payload())
                            .list()
                            .keys()
                            .log()));
        }
        return bindings;
    }

    /** That the log of {@code size} entries begins with that of {@code old}. */
    List<Hash32> consistency(long old, long size) {
        return Proofs.consistency(old, size, merkle.hashes(size));
    }
}
