package dev.carnet.client.custody;

import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.Compared;
import dev.carnet.client.audit.Comparison;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.LedgerView;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.audit.Verdict;
import dev.carnet.proto.log.LogCheckpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Who holds what, by the word of many ledgers (LEDGER.md, section 6). Every ledger is verified as its entries go by; of each transfer a few facts are kept, and the copies of one
 * content are put together when they are asked for: memory grows with the number of transfers.
 */
public final class Custody {
    private final List<GivenLedger> ledgers;
    private final List<MissingLedger> missing;
    private final Derivation derivation;

    private Custody(List<GivenLedger> ledgers, List<MissingLedger> missing, Derivation derivation) {
        this.ledgers = ledgers;
        this.missing = missing;
        this.derivation = derivation;
    }

    /** Two ledgers that were given are of one origin: which of them would speak for it? */
    public static final class SameOriginException extends Exception {
        private static final long serialVersionUID = 1L;

        SameOriginException(String origin, String one, String other) {
            super(one + " and " + other + " are both the ledger of " + origin + ": give one of them");
        }
    }

    /**
     * Verifies ledgers, compares each two, and takes what they say.
     *
     * @param trust whom the auditor believes
     * @param progress of the ledger that is being verified
     * @throws SameOriginException where two are of one origin
     * @throws Broken where a ledger is another one when it is read again
     */
    public static Custody audit(List<LedgerFiles> given, Trust trust, AuditProgress progress)
            throws SameOriginException, Broken {
        List<String> origins = given.stream().map(Custody::origin).toList();
        Words words = new Words();
        List<Heard> heard = new ArrayList<>();
        Map<Compared, GivenLedger> believed = new LinkedHashMap<>();
        for (int i = 0; i < given.size(); i++) {
            LedgerFiles files = given.get(i);
            Compared compared = new Compared(files, origins.get(i), Set.copyOf(origins));
            LedgerFacts facts = new LedgerFacts(words);
            try {
                LedgerCheck.Result result =
                        compared.verify(trust, entry -> facts.entry(entry.index(), entry.statement()), progress);
                GivenLedger ledger = ledger(files, result);
                heard.add(new Heard(ledger, facts));
                if (ledger.counts()) {
                    believed.put(compared, ledger);
                }
            } catch (Broken e) {
                throw e.in(files.name());
            }
        }
        apart(heard.stream().map(Heard::ledger).toList());
        compare(believed);
        return of(heard);
    }

    /** Before anything is verified; empty where there is no log checkpoint that says it. */
    private static String origin(LedgerFiles files) {
        try {
            return LedgerView.open(files).checkpoint().checkpoint().origin();
        } catch (Broken e) {
            return ""; // which will be among the findings
        }
    }

    /** Each two that verify. */
    private static void compare(Map<Compared, GivenLedger> believed) throws Broken {
        List<Compared> all = List.copyOf(believed.keySet());
        for (int i = 0; i < all.size(); i++) {
            for (int j = i + 1; j < all.size(); j++) {
                Comparison.run(
                        all.get(i),
                        all.get(j),
                        (of, finding) -> Objects.requireNonNull(believed.get(of))
                                .doubts()
                                .add(finding));
            }
        }
    }

    /** A ledger and what it said while it was verified. */
    record Heard(GivenLedger ledger, LedgerFacts facts) {}

    static Custody of(List<Heard> heard) throws SameOriginException {
        List<GivenLedger> ledgers = heard.stream()
                .map(Heard::ledger)
                .sorted(Comparator.comparing(GivenLedger::origin, Utf8Order.BYTES)
                        .thenComparing(GivenLedger::name, Utf8Order.BYTES))
                .toList();
        Set<String> origins = apart(ledgers);
        List<Book> books = new ArrayList<>();
        Set<Party> named = new HashSet<>();
        for (Heard one : heard) {
            if (one.ledger().counts()) {
                Book book = new Book(
                        one.ledger().origin(),
                        one.ledger().daemon(),
                        one.facts(),
                        one.ledger().doubts());
                one.facts().settle(new Party(book.daemon(), book.origin()), book.doubts());
                books.add(book);
                named.addAll(one.facts().named());
            }
        }
        Set<MissingLedger> missing = new TreeSet<>(Comparator.comparing(MissingLedger::origin, Utf8Order.BYTES)
                .thenComparing(MissingLedger::daemon, Utf8Order.BYTES));
        named.stream()
                .filter(one -> !origins.contains(one.origin()))
                .forEach(one -> missing.add(new MissingLedger(one.origin(), one.daemon())));
        return new Custody(ledgers, List.copyOf(missing), new Derivation(new Books(books)));
    }

    /** The origins of all, of which no two are the same. */
    private static Set<String> apart(List<GivenLedger> ledgers) throws SameOriginException {
        Map<String, String> origins = new HashMap<>();
        for (GivenLedger ledger : ledgers) {
            String other = ledger.origin().isEmpty() ? null : origins.put(ledger.origin(), ledger.name());
            if (other != null) {
                throw new SameOriginException(ledger.origin(), other, ledger.name());
            }
        }
        return origins.keySet();
    }

    private static GivenLedger ledger(LedgerFiles files, LedgerCheck.Result result) {
        var note = result.checkpoint();
        LogCheckpoint body = note == null ? null : note.checkpoint();
        return new GivenLedger(
                body == null ? "" : body.origin(),
                result.verifies() ? result.daemon().orElse("") : "",
                body == null ? 0 : body.size(),
                body == null ? "" : body.root().hex(),
                result.verdict(),
                files,
                result,
                new Doubts());
    }

    /** What was given, by origin. */
    public List<GivenLedger> ledgers() {
        return ledgers;
    }

    /** What the ledgers name and was not given, by origin. */
    public List<MissingLedger> missing() {
        return missing;
    }

    /** What the comparison of each two found, by origin, index and rule. */
    public List<Doubt> doubts() {
        return ledgers.stream()
                .flatMap(ledger -> ledger.doubts().all(ledger.origin()).stream())
                .toList();
    }

    /** What the worst of the ledgers and of their comparison is; where others are missing, {@link Verdict#INCOMPLETE} at best. */
    public Verdict verdict() {
        List<Verdict> all = new ArrayList<>();
        all.add(missing.isEmpty() ? Verdict.VERIFIES : Verdict.INCOMPLETE);
        ledgers.forEach(
                ledger -> all.addAll(List.of(ledger.verdict(), ledger.doubts().verdict())));
        return Verdict.worst(all);
    }

    /** Each checkpoint in turn, in the order of LEDGER.md; none is kept. */
    public void checkpoints(Consumer<Checkpoint> each) {
        derivation.checkpoints(each);
    }

    /**
     * Writes the object of LEDGER.md in RFC 8785 form, without a newline.
     *
     * @throws IOException of {@code out}
     */
    public void json(Appendable out) throws IOException {
        new CustodyJson(out).write(this);
    }
}
