package dev.carnet.client.custody;

import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The ledgers that count, by origin. */
final class Books {
    private static final List<Predicate> NAMING =
            List.of(Predicate.POSSESSION, Predicate.SEAL, Predicate.TRANSFER_RECEIPT, Predicate.RECEIPT_PENDING);

    private final List<Book> all;
    private final Map<String, Book> byOrigin = new HashMap<>();

    /** In any order; no two of one origin. */
    Books(List<Book> books) {
        all = books.stream()
                .sorted(Comparator.comparing(Book::origin, Utf8Order.BYTES))
                .toList();
        all.forEach(book -> byOrigin.put(book.origin(), book));
    }

    /** By origin. */
    List<Book> all() {
        return all;
    }

    boolean has(String origin) {
        return byOrigin.containsKey(origin);
    }

    /** The ledger that is not there to be asked, where this one is not. */
    Optional<String> unheard(String origin) {
        return has(origin) ? Optional.empty() : Optional.of(origin);
    }

    /** What was found of these entries. */
    List<Doubt> doubts(List<EntryRef> entries) {
        List<Doubt> doubts = new ArrayList<>();
        for (EntryRef entry : entries) {
            Book book = byOrigin.get(entry.origin());
            if (book != null) {
                doubts.addAll(book.doubts().at(entry.origin(), entry.index()));
            }
        }
        return doubts;
    }

    @Nullable
    Intent intent(String origin, TransferId id, Role role) {
        Book book = byOrigin.get(origin);
        TransferFacts facts = book == null ? null : book.facts().transfer(id);
        return facts == null ? null : facts.intent(role);
    }

    /**
     * The entry that says which tree and content a transfer brings: the destination's, else the source's. Nobody else has a say, whatever their ledgers have under its id.
     *
     * @param ledger whose intent counts
     */
    @Nullable
    Said said(Book ledger, Intent intent, TransferId id) {
        for (Book side : sides(ledger, intent)) {
            TransferFacts facts = side.facts().transfer(id);
            for (Predicate what : NAMING) {
                Said said = facts == null ? null : facts.said(what);
                if (said != null) {
                    return said;
                }
            }
        }
        return null;
    }

    /** The destination's ledger and the source's, as far as they are given. */
    List<Book> sides(Book ledger, Intent intent) {
        Book peer = byOrigin.get(intent.peerOrigin());
        if (peer == null) {
            return List.of(ledger);
        }
        return intent.role() == Role.DESTINATION ? List.of(ledger, peer) : List.of(peer, ledger);
    }

    /** Every entry that names a transfer, by origin and index. */
    List<EntryRef> entries(TransferId id) {
        List<EntryRef> entries = new ArrayList<>();
        for (Book book : all) {
            TransferFacts facts = book.facts().transfer(id);
            if (facts != null) {
                entries.addAll(facts.entries(book.origin()));
            }
        }
        return entries;
    }
}
