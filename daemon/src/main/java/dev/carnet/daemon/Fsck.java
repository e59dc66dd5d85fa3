package dev.carnet.daemon;

import dev.carnet.daemon.ledger.JournalLook;
import dev.carnet.daemon.ledger.NamedBlobs;
import dev.carnet.daemon.merkle.LogLook;
import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.witness.LogWitness;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;

/** {@code carnetd fsck}: whether journal, log, blobs and state database of a daemon that does not run are of one moment and whole. */
final class Fsck {
    private final PrintStream out;
    private long misfits;

    private Fsck(PrintStream out) {
        this.out = out;
    }

    /**
     * Looks, and prints what does not fit, one line each.
     *
     * @return whether all is well
     * @throws dev.carnet.daemon.state.StateException where a daemon runs on it, or it cannot be read
     */
    static boolean run(Path state, Clock clock, PrintStream out) {
        return new Fsck(out).look(state, clock);
    }

    private boolean look(Path state, Clock clock) {
        try (Store store = LmdbStore.open(state.resolve("db"))) {
            Path ledger = state.resolve("ledger");
            LogLook log = new LogLook(ledger, store, this::misfit);
            NamedBlobs blobs = new NamedBlobs(ledger, this::misfit);
            JournalLook.Seen seen = JournalLook.run(state, store, clock, new JournalLook.Report() {
                @Override
                public void misfit(String place, String sentence) {
                    Fsck.this.misfit(place, sentence);
                }

                @Override
                public void entry(long sequence, byte[] envelope) {
                    log.entry(envelope);
                    blobs.entry(sequence, envelope);
                }
            });
            long built = log.end();
            LogWitness.restored(store).ifPresent(why -> misfit("state database", why));
            out.println(state + ": " + seen.entries() + " entries count, " + built + " of them are in the log, "
                    + blobs.looked() + " blobs are named"
                    + (seen.waiting() == 0 ? "" : ", " + seen.waiting() + " more count at the next start"));
            if (!seen.left().isEmpty()) {
                out.println(seen.left().size() + " in the journal do not count and never will, the first at "
                        + seen.left().getFirst() + ": a power failure leaves such");
            }
            out.println(
                    misfits == 0
                            ? "All of it fits."
                            : (misfits == 1 ? "One thing does" : misfits + " things do")
                                    + " not fit: keep the files, and restore all of the state directory from one copy.");
            return misfits == 0;
        }
    }

    private void misfit(String place, String sentence) {
        misfits++;
        out.println("does not fit: " + place + ": " + sentence);
    }
}
