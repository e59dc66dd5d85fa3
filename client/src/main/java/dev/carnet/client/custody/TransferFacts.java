package dev.carnet.client.custody;

import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one ledger says of one transfer. There may be hundreds of thousands: no entry is kept, only what custody asks for, in arrays that fit. Of an entry's place there is one long, its index and
 * which of {@link #PREDICATES} it is.
 */
final class TransferFacts {
    private static final List<Predicate> PREDICATES = List.of(Predicate.values());
    private static final int PREDICATE_BITS = 6;

    /** So many entries name a transfer that goes well; of one that somebody names a million times there is room to spare. */
    private static final int FEW = 16;

    private static final Said[] NOTHING_SAID = {};
    private static final End[] NO_END = {};
    private static final long[] NONE = {};

    private final TransferId id;
    private @Nullable Intent destination;
    private @Nullable Intent source;
    private @Nullable Party sealer;
    private @Nullable Party receiptSource;
    private @Nullable Party receiptDestination;
    private Said[] said = NOTHING_SAID;
    private End[] ends = NO_END;
    private long[] entries = NONE;
    private int count;
    private boolean exposedNothing;

    /** An entry of which only the time is asked for. */
    private record End(Predicate what, long time) {}

    TransferFacts(TransferId id) {
        this.id = id;
    }

    TransferId id() {
        return id;
    }

    /** An entry that names the transfer. */
    void entry(long index, Predicate what) {
        if (count == entries.length) {
            entries = Arrays.copyOf(entries, count < FEW ? count + 1 : 2 * count);
        }
        entries[count++] = index << PREDICATE_BITS | PREDICATES.indexOf(what);
    }

    /** The first of each role counts. */
    void intent(Intent intent) {
        if (intent.role() == Role.DESTINATION) {
            destination = destination == null ? intent : destination;
        } else {
            source = source == null ? intent : source;
        }
    }

    /** Whose the first seal is. */
    void sealedBy(Party party) {
        sealer = party;
    }

    /** The first of each predicate counts. */
    void says(Predicate what, long time, Bulk bulk) {
        if (said(what) == null) {
            said = Arrays.copyOf(said, said.length + 1);
            said[said.length - 1] = new Said(what, time, said.length == 1 ? bulk : bulk.orSame(said[0].bulk()));
        }
    }

    /** An entry of which only the time is asked for; the first of each predicate counts. */
    void ended(Predicate what, long time) {
        if (end(what) == null) {
            ends = Arrays.copyOf(ends, ends.length + 1);
            ends[ends.length - 1] = new End(what, time);
        }
    }

    /** The transfer-abort says that nothing was exposed. */
    void exposedNothing() {
        exposedNothing = true;
    }

    /** Whose the first receipt is. */
    void receiptOf(Party from, Party to) {
        receiptSource = from;
        receiptDestination = to;
    }

    /** Whether the intent of the side that this ledger has in the receipt is with the other side. */
    boolean receiptFits(Party here) {
        boolean destinationHere = here.equals(receiptDestination);
        Intent own = intent(destinationHere ? Role.DESTINATION : Role.SOURCE);
        return own != null
                && new Party(own.peer(), own.peerOrigin()).equals(destinationHere ? receiptSource : receiptDestination);
    }

    /** An entry of this kind is as if it were not there, but for {@link #entries}. */
    void refute(Predicate what) {
        said = Stream.of(said).filter(one -> one.what() != what).toArray(Said[]::new);
    }

    @Nullable
    Intent intent(Role role) {
        return role == Role.DESTINATION ? destination : source;
    }

    @Nullable
    Party sealer() {
        return sealer;
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

    /** What the first entry that says it says; for who wants to have one of equal ones. */
    @Nullable
    Bulk bulk() {
        return said.length == 0 ? null : said[0].bulk();
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
        End end = end(what);
        if (end == null) {
            throw new IllegalStateException("no " + what.label() + " was taken");
        }
        return end.time();
    }

    /** Index of the first entry of this kind. */
    long indexOf(Predicate what) {
        return LongStream.of(entries)
                        .limit(count)
                        .filter(packed -> what(packed) == what)
                        .findFirst()
                        .orElseThrow()
                >>> PREDICATE_BITS;
    }

    private static Predicate what(long packed) {
        return PREDICATES.get((int) packed & (1 << PREDICATE_BITS) - 1);
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
        return LongStream.of(entries)
                .limit(count)
                .mapToObj(packed -> new EntryRef(origin, packed >>> PREDICATE_BITS, what(packed)))
                .toList();
    }
}
