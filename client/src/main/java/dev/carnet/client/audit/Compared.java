package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A ledger that is compared with others: what it has to do with them is gathered while it is verified. Memory grows with the number of transfers between them. */
public final class Compared {
    private final LedgerFiles files;
    private final Dealings dealings;
    private LedgerCheck.@Nullable Result result;

    /**
     * One that is not verified yet.
     *
     * @param origin of it, as its log checkpoint says before anything is verified
     * @param others origins of those that it may be compared with; its own does not matter
     */
    public Compared(LedgerFiles files, String origin, Set<String> others) {
        this.files = files;
        this.dealings = new Dealings(origin, others);
    }

    /**
     * Verifies it, by itself.
     *
     * @param also hears of every entry too
     * @throws Broken where its log checkpoint is of another log than when it was asked for its origin
     */
    public LedgerCheck.Result verify(Trust trust, EntryVisitor also, AuditProgress progress) throws Broken {
        LedgerCheck.Result verified = LedgerCheck.run(
                files,
                trust,
                entry -> {
                    dealings.see(entry);
                    also.entry(entry);
                },
                progress);
        var note = verified.checkpoint();
        if (note != null && !note.checkpoint().origin().equals(origin())) {
            throw new Broken(
                    Kind.UNREADABLE,
                    LedgerView.CHECKPOINT,
                    "it was of the log " + origin() + " when it was read first, and is now of "
                            + note.checkpoint().origin());
        }
        result = verified;
        return verified;
    }

    LedgerFiles files() {
        return files;
    }

    /** Of its verification, which has been. */
    LedgerCheck.Result result() {
        return Objects.requireNonNull(result);
    }

    Dealings.With with(Compared other) {
        return dealings.with(other.origin());
    }

    Dealings dealings() {
        return dealings;
    }

    /** As its log checkpoint said first. */
    public String origin() {
        return dealings.origin();
    }
}
