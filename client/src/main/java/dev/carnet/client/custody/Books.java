package dev.carnet.client.custody;

import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    @Nullable
    Intent intent(String origin, TransferId id, Role role) {
        Book book = byOrigin.get(origin);
        TransferFacts facts = book == null ? null : book.facts().transfer(id);
        return facts == null ? null : facts.intent(role);
    }

    /** The entry that says which tree and content a transfer brings. */
    @Nullable
    Said said(TransferId id) {
        for (Predicate what : NAMING) {
            for (Book book : all) {
                TransferFacts facts = book.facts().transfer(id);
                Said said = facts == null ? null : facts.said(what);
                if (said != null) {
                    return said;
                }
            }
        }
        return null;
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
