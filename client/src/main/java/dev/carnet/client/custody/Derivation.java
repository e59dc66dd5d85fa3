package dev.carnet.client.custody;

import dev.carnet.client.audit.Finding;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Finds what will be copies, and puts together those of one content. A checkpoint is made when it is its turn, and not kept. */
final class Derivation {
    private static final Comparator<Draft> ORDER = Comparator.comparing(
                    Draft::content, Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparing(
                    draft -> draft.content() == null ? draft.transfer() : null,
                    Comparator.nullsFirst(Comparator.naturalOrder()));

    private final Books books;
    private final List<Draft> drafts = new ArrayList<>();

    Derivation(Books books) {
        this.books = books;
        for (Book book : books.all()) {
            book.facts().transfers().forEach((id, facts) -> moved(book, id, facts));
            book.facts().adoptions().forEach(ofPlace -> adopted(book, ofPlace));
            book.facts().transfers().values().forEach(facts -> sealed(book, facts));
            book.facts().moreSeals().forEach(more -> sealed(book, more.index(), more.source(), more.seal()));
        }
        drafts.sort(ORDER);
    }

    /** As the destination has it; a source's view where there is no destination's. */
    private void moved(Book book, TransferId id, TransferFacts facts) {
        Intent destination = facts.intent(Role.DESTINATION);
        if (destination != null) {
            States.atDestination(facts).ifPresent(state -> moved(book, id, facts, destination, state));
        }
        Intent source = facts.intent(Role.SOURCE);
        if (source != null && books.intent(source.peerOrigin(), id, Role.DESTINATION) == null) {
            States.atSource(facts).ifPresent(state -> moved(book, id, facts, source, state));
        }
    }

    private void moved(Book book, TransferId id, TransferFacts facts, Intent intent, State state) {
        Said said = books.said(book, intent, id);
        drafts.add(new Draft.Moved(said == null ? null : said.bulk().content(), id, book, facts, intent, state));
    }

    private void adopted(Book book, List<Adoption> ofPlace) {
        long next = Long.MAX_VALUE;
        for (Adoption adoption : ofPlace.reversed()) {
            drafts.add(new Draft.Adopted(adoption.bulk().content(), book, adoption, next));
            next = adoption.event().index();
        }
    }

    private void sealed(Book book, TransferFacts facts) {
        Said seal = facts.said(Predicate.SEAL);
        Party source = facts.sealer();
        if (seal != null && source != null) {
            sealed(book, facts.indexOf(Predicate.SEAL), source, seal);
        }
    }

    /** A daemon's own ledger, where it is given, is asked for what it sealed; and what it signed and does not have. */
    private void sealed(Book book, long index, Party source, Said seal) {
        if (source.origin().equals(book.origin())
                || !books.has(source.origin())
                || book.doubts().kinds(index).contains(Finding.Kind.SEAL_MISSING)) {
            drafts.add(new Draft.Sealed(seal.bulk().content(), book, index, source, seal));
        }
    }

    /** Each one, in the order of LEDGER.md. */
    void checkpoints(Consumer<Checkpoint> each) {
        CheckpointMaker maker = new CheckpointMaker(books);
        int first = 0;
        for (int i = 1; i <= drafts.size(); i++) {
            if (i == drafts.size() || ORDER.compare(drafts.get(first), drafts.get(i)) != 0) {
                each.accept(maker.make(drafts.subList(first, i)));
                first = i;
            }
        }
    }
}
