package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a copy out of its draft. */
final class CopyMaker {
    private static final Comparator<Draft.Sealed> FIRST_SEAL = Comparator.comparingLong(
                    (Draft.Sealed seal) -> seal.seal().time())
            .thenComparing(CopyMaker::ref, CheckpointMaker.BY_PLACE);

    private static final TransferId NO_TRANSFER = new TransferId(0, 0);

    private final Books books;

    CopyMaker(Books books) {
        this.books = books;
    }

    // ---- of a transfer

    Copy moved(Draft.Moved draft) {
        Intent intent = draft.intent();
        boolean here = intent.role() == Role.DESTINATION;
        Book ledger = draft.ledger();
        TransferFacts facts = draft.facts();
        Intent source = here ? books.intent(intent.peerOrigin(), draft.transfer(), Role.SOURCE) : intent;
        Said began = here ? facts.said(Predicate.POSSESSION) : null;
        Optional<Predicate> end = States.end(draft.state());
        List<EntryRef> entries = books.entries(draft.transfer());
        return new Copy(
                here ? ledger.origin() : intent.peerOrigin(),
                here ? ledger.daemon() : intent.peer(),
                intent.volume(),
                intent.name(),
                draft.state(),
                since(draft, began),
                end.map(facts::timeOf).map(Instant::ofEpochMilli),
                tree(draft, source),
                Optional.of(here ? intent.peer() : ledger.daemon()),
                Optional.of(draft.transfer().hex()),
                asked(here ? intent : null, source),
                began == null
                        ? Optional.empty()
                        : verified(
                                ledger.facts()
                                        .possessions(new Spot(
                                                intent.volume(),
                                                intent.name(),
                                                began.bulk().tree())),
                                facts.indexOf(Predicate.POSSESSION),
                                end.map(facts::indexOf).orElse(Long.MAX_VALUE),
                                began.time()),
                books.unheard(intent.peerOrigin()),
                entries,
                books.doubts(entries));
    }

    private static Instant since(Draft.Moved draft, @Nullable Said began) {
        if (began != null) {
            return Instant.ofEpochMilli(began.time());
        }
        Said receipt = draft.state() == State.RECEIPTED ? draft.facts().said(Predicate.TRANSFER_RECEIPT) : null;
        return Instant.ofEpochMilli(receipt == null ? draft.intent().time() : receipt.time());
    }

    private Optional<String> tree(Draft.Moved draft, @Nullable Intent source) {
        Said said = books.said(draft.ledger(), draft.intent(), draft.transfer());
        if (said != null) {
            return Optional.of(said.bulk().tree().hex());
        }
        Hash32 own = draft.intent().tree();
        return Optional.ofNullable(own != null || source == null ? own : source.tree())
                .map(Hash32::hex);
    }

    private static Copy.Asked asked(@Nullable Intent destination, @Nullable Intent source) {
        return new Copy.Asked(
                Stream.of(Optional.ofNullable(destination), Optional.ofNullable(source))
                        .flatMap(Optional::stream)
                        .findFirst()
                        .map(Intent::principal),
                Stream.of(Optional.ofNullable(destination), Optional.ofNullable(source))
                        .flatMap(Optional::stream)
                        .flatMap(intent -> Optional.ofNullable(intent.grant()).stream())
                        .findFirst(),
                Optional.ofNullable(source).map(Intent::rule),
                Optional.ofNullable(source).map(Intent::policy),
                Optional.ofNullable(destination).map(Intent::rule),
                Optional.ofNullable(destination).map(Intent::policy));
    }

    // ---- of what came another way

    Copy adopted(Draft.Adopted draft) {
        Book ledger = draft.ledger();
        Spot spot = draft.began().spot();
        PlaceEvent first = draft.began().event();
        TransferFacts what =
                new TransferFacts(NO_TRANSFER); // the first table's first rows are read like those of a transfer
        what.entry(first.index(), first.what());
        for (PlaceEvent event : ledger.facts().ends(spot, first.index(), draft.next())) {
            what.entry(event.index(), event.what());
            what.ended(event.what(), event.time());
        }
        State state = States.ofAdopted(what);
        Optional<Predicate> end = States.end(state);
        return new Copy(
                ledger.origin(),
                ledger.daemon(),
                spot.volume(),
                spot.name(),
                state,
                Instant.ofEpochMilli(first.time()),
                end.map(what::timeOf).map(Instant::ofEpochMilli),
                Optional.of(spot.tree().hex()),
                Optional.empty(),
                Optional.empty(),
                Copy.Asked.NOBODY,
                verified(
                        ledger.facts().possessions(spot),
                        first.index(),
                        end.map(what::indexOf).orElse(Long.MAX_VALUE),
                        first.time()),
                Optional.empty(),
                what.entries(ledger.origin()),
                List.of());
    }

    /**
     * When the newest of some possessions is from, of those from index {@code began} on and before {@code end}.
     *
     * @param time of the one that began the copy, which may say that it lies elsewhere
     */
    private static Optional<Instant> verified(List<PlaceEvent> possessions, long began, long end, long time) {
        if (end < began) {
            return Optional.empty();
        }
        int before = PlaceEvent.before(possessions, end);
        boolean later = before > 0 && possessions.get(before - 1).index() >= began;
        return Optional.of(
                Instant.ofEpochMilli(later ? possessions.get(before - 1).time() : time));
    }

    // ---- of a source

    Copy source(String origin, List<Draft.Sealed> seals) {
        Draft.Sealed first = seals.stream().min(FIRST_SEAL).orElseThrow();
        List<EntryRef> entries = seals.stream()
                .map(CopyMaker::ref)
                .sorted(CheckpointMaker.BY_PLACE)
                .toList();
        return new Copy(
                origin,
                first.source().daemon(),
                "",
                "",
                State.SOURCE,
                Instant.ofEpochMilli(first.seal().time()),
                Optional.empty(),
                Optional.of(first.seal().bulk().tree().hex()),
                Optional.empty(),
                Optional.empty(),
                Copy.Asked.NOBODY,
                Optional.empty(),
                books.unheard(origin),
                entries,
                books.doubts(entries));
    }

    static EntryRef ref(Draft.Sealed seal) {
        return new EntryRef(seal.ledger().origin(), seal.index(), Predicate.SEAL);
    }
}
