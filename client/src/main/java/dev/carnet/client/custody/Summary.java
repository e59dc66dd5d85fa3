package dev.carnet.client.custody;

import dev.carnet.client.audit.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All of it in a few sentences: what the verification says, and what stands out. */
public final class Summary {
    /** Whoever names a thousand ledgers that nobody has does not hide the rest. */
    private static final int MISSING_MAX = 20;

    private final List<GivenLedger> ledgers;
    private final List<MissingLedger> missing;
    private final Map<State, Long> states = new EnumMap<>(State.class);
    private final Map<State, Long> unheard = new EnumMap<>(State.class);
    private long uncertain;
    private long checkpoints;
    private long unnamed;

    private Summary(Custody custody) {
        ledgers = custody.ledgers();
        missing = custody.missing();
        custody.checkpoints(checkpoint -> {
            checkpoints++;
            unnamed += checkpoint.content().isEmpty() ? 1 : 0;
            checkpoint.copies().forEach(this::see);
        });
    }

    private void see(Copy copy) {
        states.merge(copy.state(), 1L, Long::sum);
        uncertain += copy.unsure() ? 1 : 0;
        if (copy.unheard().isPresent()) {
            unheard.merge(copy.state(), 1L, Long::sum);
        }
    }

    /** Looks at every copy once. */
    public static Summary of(Custody custody) {
        return new Summary(custody);
    }

    /** How many contents there are. */
    public long checkpoints() {
        return checkpoints;
    }

    /** How many copies there are in this state. */
    public long copies(State state) {
        return states.getOrDefault(state, 0L);
    }

    /** How many copies there are. */
    public long copies() {
        return states.values().stream().mapToLong(Long::longValue).sum();
    }

    private long contradicted() {
        return ledgers.stream()
                .mapToLong(ledger -> ledger.doubts().contradicted())
                .sum();
    }

    private long unmatched() {
        return ledgers.stream().mapToLong(ledger -> ledger.doubts().unmatched()).sum();
    }

    private long with(Verdict verdict) {
        return ledgers.stream().filter(ledger -> ledger.verdict() == verdict).count();
    }

    /** Whether a trust file was asked of every ledger that can be read. */
    private boolean trust() {
        return ledgers.stream()
                .filter(GivenLedger::counts)
                .allMatch(ledger -> ledger.result().vouching().asked());
    }

    /** One sentence on all ledgers together. */
    public String verdict() {
        StringBuilder sentence = new StringBuilder(given());
        if (contradicted() > 0) {
            sentence.append("; ")
                    .append(number(contradicted(), "entry is", "entries are"))
                    .append(" CONTRADICTED by another ledger");
        }
        if (unmatched() > 0) {
            sentence.append("; ")
                    .append(number(unmatched(), "entry has", "entries have"))
                    .append(" no counterpart in another ledger");
        }
        if (!missing.isEmpty()) {
            sentence.append("; ")
                    .append(number(
                            missing.size(), "ledger that is named there was", "ledgers that are named there were"))
                    .append(" not given");
        }
        return sentence.append('.').toString();
    }

    private String given() {
        int all = ledgers.size();
        long broken = with(Verdict.WRONG) + with(Verdict.UNREADABLE);
        if (broken > 0) {
            return broken + " of " + number(all, "ledger", "ledgers")
                    + " cannot be believed: what is in there is left out here";
        }
        String they = all == 1 ? "The one ledger" : "All " + all + " ledgers";
        String verify = all == 1 ? " verifies" : " verify";
        if (!trust()) {
            return they + (all == 1 ? " is consistent with itself" : " are consistent with themselves")
                    + "; there was no trust file, so nobody's word was checked";
        }
        return with(Verdict.INCOMPLETE) == 0
                ? they + verify + ", and the trust file vouches for " + (all == 1 ? "it" : "each")
                : they + verify + "; of " + with(Verdict.INCOMPLETE)
                        + " something is missing, or the trust file does not vouch for it";
    }

    /** What somebody who reads no further has to know; a sentence each, none where nothing stands out. */
    public List<String> standsOut() {
        List<String> sentences = new ArrayList<>();
        for (GivenLedger ledger : ledgers) {
            if (ledger.verdict() == Verdict.UNREADABLE) {
                sentences.add(name(ledger) + " cannot be read to its end: nothing of it is in this report.");
            } else if (ledger.verdict() == Verdict.WRONG) {
                sentences.add(name(ledger) + " does not verify: nothing of it is in this report.");
            }
        }
        for (GivenLedger ledger : ledgers) {
            compared(ledger, sentences);
        }
        List<String> own = ledgers.stream()
                .filter(ledger -> ledger.counts() && ledger.result().vouching().onlyOwnWitnesses())
                .map(GivenLedger::origin)
                .toList();
        if (!own.isEmpty()) {
            sentences.add("Witnesses of the audited party alone have cosigned " + String.join(", ", own)
                    + ": they may have agreed on another history.");
        }
        for (MissingLedger ledger : missing.subList(0, Math.min(missing.size(), MISSING_MAX))) {
            sentences.add("The ledger " + ledger.origin() + " of " + ledger.daemon()
                    + " was not given: what it would say of its copies is not known.");
        }
        if (missing.size() > MISSING_MAX) {
            sentences.add(
                    "Besides, " + (missing.size() - MISSING_MAX) + " more ledgers that are named were not given.");
        }
        if (unheard.containsKey(State.HELD)) {
            sentences.add(
                    number(unheard.get(State.HELD), "copy is", "copies are")
                            + " held by the word of the holder: the other half of the receipt could not be verified, since the ledger of the source was not heard.");
        }
        if (unheard.containsKey(State.SOURCE)) {
            sentences.add(
                    number(unheard.get(State.SOURCE), "copy is", "copies are")
                            + " source by the word of others: a seal says so that could not be verified, since the ledger of whoever is said to have made it was not heard.");
        }
        for (State state : State.values()) {
            if (copies(state) > 0 && (state.kind() == State.Kind.UNSURE || state == State.DESTROYING)) {
                sentences.add(number(copies(state), "copy is", "copies are") + " " + state.label() + ": "
                        + state.meaning() + ".");
            }
        }
        if (unnamed > 0) {
            sentences.add(
                    "Of " + number(unnamed, "transfer", "transfers") + " no entry says which content was to be moved.");
        }
        return sentences;
    }

    private static void compared(GivenLedger ledger, List<String> sentences) {
        long contradicted = ledger.doubts().contradicted();
        if (contradicted > 0) {
            sentences.add(name(ledger) + " has " + number(contradicted, "entry", "entries")
                    + " that another ledger contradicts: receipts and seals among them count for nothing here.");
        }
        long unmatched = ledger.doubts().unmatched();
        if (unmatched > 0) {
            sentences.add(name(ledger) + " has " + number(unmatched, "entry", "entries")
                    + " without a counterpart in another ledger, which was copied before it was written, or hides it.");
        }
    }

    /** How many copies there are, and of how many contents. */
    public String counted() {
        long gone = Arrays.stream(State.values())
                .filter(state -> state.kind() == State.Kind.GONE)
                .mapToLong(this::copies)
                .sum();
        return number(copies(), "copy", "copies") + " of " + number(checkpoints, "checkpoint", "checkpoints") + ", "
                + (gone == 0 ? "" : gone + " of them gone, ") + (uncertain == 0 ? "none" : uncertain)
                + " of them uncertain.";
    }

    private static String name(GivenLedger ledger) {
        return ledger.origin().isEmpty() ? ledger.name() : "The ledger " + ledger.origin();
    }

    private static String number(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}
