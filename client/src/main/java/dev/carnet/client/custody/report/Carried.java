package dev.carnet.client.custody.report;

import dev.carnet.client.custody.EntryRef;
import dev.carnet.client.custody.GivenLedger;
import dev.carnet.proto.ledger.Predicate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which entries the report carries with it; as many as a browser can be asked to open. */
final class Carried {
    /** An entry has at most 32 KiB, in the file about three times that. */
    static final int ENTRIES_MAX = 2_000;

    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<String, TreeMap<Long, Predicate>> taken = new HashMap<>();
    private long count;
    private long left;

    Carried(List<GivenLedger> ledgers) {
        for (GivenLedger ledger : ledgers) {
            if (ledger.counts() && ledger.result().checkpoint() != null) {
                numbers.put(ledger.origin(), numbers.size());
                taken.put(ledger.origin(), new TreeMap<>());
            }
        }
    }

    /** Takes an entry, if there is room; whether it is among them. */
    boolean take(EntryRef entry) {
        TreeMap<Long, Predicate> ofLedger = taken.get(entry.origin());
        if (ofLedger == null) {
            return false;
        }
        if (ofLedger.containsKey(entry.index())) {
            return true;
        }
        if (count == ENTRIES_MAX) {
            left++;
            return false;
        }
        ofLedger.put(entry.index(), entry.what());
        count++;
        return true;
    }

    /** Where in the page an entry is. */
    String anchor(String origin, long index) {
        return "e" + numbers.get(origin) + "-" + index;
    }

    /** Of one ledger, by index. */
    Map<Long, Predicate> of(String origin) {
        return taken.getOrDefault(origin, new TreeMap<>());
    }

    long count() {
        return count;
    }

    /** How often one was asked for that there was no room for. */
    long left() {
        return left;
    }
}
