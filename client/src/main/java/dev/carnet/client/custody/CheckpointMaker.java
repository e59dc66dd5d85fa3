package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Predicate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes a checkpoint out of everything that is known of its content. */
final class CheckpointMaker {
    private static final List<Predicate> SIZED =
            List.of(Predicate.SEAL, Predicate.POSSESSION, Predicate.TRANSFER_RECEIPT);
    static final Comparator<EntryRef> BY_PLACE =
            Comparator.comparing(EntryRef::origin, Utf8Order.BYTES).thenComparingLong(EntryRef::index);
    private static final Comparator<Copy> BY_HOLDER = Comparator.comparing(Copy::origin, Utf8Order.BYTES)
            .thenComparing(Copy::volume, Utf8Order.BYTES)
            .thenComparing(Copy::name, Utf8Order.BYTES)
            .thenComparing(Copy::since)
            .thenComparing(copy -> copy.transfer().orElse(""))
            .thenComparing(copy -> copy.entries().getFirst(), BY_PLACE);

    private final Books books;
    private final CopyMaker maker;

    CheckpointMaker(Books books) {
        this.books = books;
        this.maker = new CopyMaker(books);
    }

    /** @param drafts at least one, all of the same content, or of one transfer without a known one */
    Checkpoint make(List<Draft> drafts) {
        List<Copy> copies = new ArrayList<>();
        Hash32 content = drafts.getFirst().content();
        Sizes sizes = new Sizes(content);
        Map<String, List<Draft.Sealed>> sealed = new TreeMap<>();
        for (Draft draft : drafts) {
            switch (draft) {
                case Draft.Moved moved -> {
                    copies.add(maker.moved(moved));
                    sizes.moved(moved);
                }
                case Draft.Adopted adopted -> {
                    copies.add(maker.adopted(adopted));
                    sizes.see(
                            new EntryRef(
                                    adopted.ledger().origin(),
                                    adopted.began().event().index(),
                                    Predicate.POSSESSION),
                            adopted.began().bulk());
                }
                case Draft.Sealed seal ->
                    sealed.computeIfAbsent(seal.source().origin(), origin -> new ArrayList<>())
                            .add(seal);
            }
        }
        Set<String> vouched = copies.stream()
                .filter(copy -> copy.state().vouched())
                .map(Copy::origin)
                .collect(Collectors.toSet());
        sealed.forEach((origin, seals) -> {
            if (!vouched.contains(origin)) {
                copies.add(maker.source(origin, seals));
                seals.forEach(seal -> sizes.see(CopyMaker.ref(seal), seal.seal().bulk()));
            }
        });
        copies.sort(BY_HOLDER);
        return new Checkpoint(
                content == null ? "" : content.hex(),
                copies.stream()
                        .flatMap(copy -> copy.tree().stream())
                        .distinct()
                        .sorted()
                        .toList(),
                copies.stream()
                        .map(Copy::place)
                        .filter(place -> !place.isEmpty())
                        .distinct()
                        .sorted(Utf8Order.BYTES)
                        .toList(),
                sizes.size(),
                copies);
    }

    /** Of all entries that say how much of this content there is, the first one by place. */
    private final class Sizes {
        private final @Nullable Hash32 content;
        private @Nullable EntryRef at;
        private @Nullable Bulk first;

        Sizes(@Nullable Hash32 content) {
            this.content = content;
        }

        void moved(Draft.Moved draft) {
            for (Book book : books.sides(draft.ledger(), draft.intent())) {
                TransferFacts facts = book.facts().transfer(draft.transfer());
                if (facts != null) {
                    SIZED.forEach(what -> see(book.origin(), facts, what));
                }
            }
        }

        private void see(String origin, TransferFacts facts, Predicate what) {
            Said said = facts.said(what);
            if (said != null) {
                see(new EntryRef(origin, facts.indexOf(what), what), said.bulk());
            }
        }

        void see(EntryRef ref, Bulk bulk) {
            if (bulk.content().equals(content) && (at == null || BY_PLACE.compare(ref, at) < 0)) {
                at = ref;
                first = bulk;
            }
        }

        Optional<Checkpoint.Size> size() {
            return Optional.ofNullable(first).map(bulk -> new Checkpoint.Size(bulk.files(), bulk.bytes()));
        }
    }
}
