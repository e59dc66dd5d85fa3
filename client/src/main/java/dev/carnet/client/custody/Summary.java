package dev.carnet.client.custody;

import dev.carnet.client.audit.Verdict;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All of it in a few sentences: what the verification says, and what stands out. */
public final class Summary {
    private final List<GivenLedger> ledgers;
    private final List<MissingLedger> missing;
    private final Map<State, Long> states = new EnumMap<>(State.class);
    private long checkpoints;
    private long unnamed;

    private Summary(Custody custody) {
        ledgers = custody.ledgers();
        missing = custody.missing();
        custody.checkpoints(checkpoint -> {
            checkpoints++;
            unnamed += checkpoint.content().isEmpty() ? 1 : 0;
            checkpoint.copies().forEach(copy -> states.merge(copy.state(), 1L, Long::sum));
        });
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

    private long uncertain() {
        return states.entrySet().stream()
                .filter(entry -> entry.getKey().kind() == State.Kind.UNSURE)
                .mapToLong(Map.Entry::getValue)
                .sum();
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
        String given = given();
        if (missing.isEmpty()) {
            return given + ".";
        }
        return given + "; "
                + number(missing.size(), "ledger that is named there was", "ledgers that are named there were")
                + " not given.";
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
        List<String> own = ledgers.stream()
                .filter(ledger -> ledger.counts() && ledger.result().vouching().onlyOwnWitnesses())
                .map(GivenLedger::origin)
                .toList();
        if (!own.isEmpty()) {
            sentences.add("Witnesses of the audited party alone have cosigned " + String.join(", ", own)
                    + ": they may have agreed on another history.");
        }
        for (MissingLedger ledger : missing) {
            sentences.add("The ledger " + ledger.origin() + " of " + ledger.daemon()
                    + " was not given: what it would say of its copies is not known.");
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

    /** How many copies there are, and of how many contents. */
    public String counted() {
        return number(copies(), "copy", "copies") + " of " + number(checkpoints, "checkpoint", "checkpoints") + ", "
                + (uncertain() == 0 ? "none" : uncertain()) + " of them uncertain.";
    }

    private static String name(GivenLedger ledger) {
        return ledger.origin().isEmpty() ? ledger.name() : "The ledger " + ledger.origin();
    }

    private static String number(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }
}
