package dev.carnet.client.custody;

import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What one ledger says of one transfer. There may be hundreds of thousands: no entry is kept, only what custody asks for, in arrays that fit. */
final class TransferFacts {
    private static final Said[] NOTHING_SAID = {};
    private static final End[] NO_END = {};
    private static final long[] NONE = {};
    private static final Predicate[] NOTHING = {};

    private @Nullable Intent destination;
    private @Nullable Intent source;
    private Said[] said = NOTHING_SAID;
    private End[] ends = NO_END;
    private long[] indexes = NONE;
    private Predicate[] whats = NOTHING;
    private boolean exposedNothing;

    /** An entry of which only place and time are asked for. */
    private record End(Predicate what, long index, long time) {}

    /** An entry that names the transfer. */
    void entry(long index, Predicate what) {
        int at = indexes.length;
        indexes = Arrays.copyOf(indexes, at + 1);
        whats = Arrays.copyOf(whats, at + 1);
        indexes[at] = index;
        whats[at] = what;
    }

    /** The first of each role counts. */
    void intent(Intent intent) {
        if (intent.role() == Role.DESTINATION) {
            destination = destination == null ? intent : destination;
        } else {
            source = source == null ? intent : source;
        }
    }

    /** The first of each predicate counts. */
    void says(Said entry) {
        if (said(entry.what()) == null) {
            said = Arrays.copyOf(said, said.length + 1);
            said[said.length - 1] = said.length == 1 ? entry : entry.sharing(said[0]);
        }
    }

    /** An entry of which only place and time are asked for; the first of each predicate counts. */
    void ended(Predicate what, long index, long time) {
        if (end(what) == null) {
            ends = Arrays.copyOf(ends, ends.length + 1);
            ends[ends.length - 1] = new End(what, index, time);
        }
    }

    /** The transfer-abort says that nothing was exposed. */
    void exposedNothing() {
        exposedNothing = true;
    }

    @Nullable
    Intent intent(Role role) {
        return role == Role.DESTINATION ? destination : source;
    }

    @Nullable
    Said said(Predicate what) {
        for (Said one : said) {
            if (one.what() == what) {
                return one;
            }
        }
        return null;
    }

    boolean has(Predicate what) {
        return said(what) != null || end(what) != null;
    }

    /** Whether there is a transfer-abort that says so. */
    boolean abortedUnexposed() {
        return exposedNothing;
    }

    /** Milliseconds since 1970 of an entry that {@link #ended} took. */
    long timeOf(Predicate what) {
        return known(what).time();
    }

    /** Index of an entry that {@link #ended} took. */
    long indexOf(Predicate what) {
        return known(what).index();
    }

    private End known(Predicate what) {
        End end = end(what);
        if (end == null) {
            throw new IllegalStateException("no " + what.label() + " was taken");
        }
        return end;
    }

    private @Nullable End end(Predicate what) {
        for (End one : ends) {
            if (one.what() == what) {
                return one;
            }
        }
        return null;
    }

    /** Every entry that names the transfer, by index. */
    List<EntryRef> entries(String origin) {
        return IntStream.range(0, indexes.length)
                .mapToObj(i -> new EntryRef(origin, indexes[i], whats[i]))
                .toList();
    }
}
