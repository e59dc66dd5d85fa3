package dev.carnet.client.custody;

import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.Findings;
import dev.carnet.client.audit.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the comparison of a ledger with the others found of its entries: each entry and rule, and sentences of so many as a person reads. */
public final class Doubts {
    private final Findings findings = new Findings();
    private final TreeMap<Long, Map<String, Finding.Kind>> byEntry = new TreeMap<>();

    /** Of one entry and one rule what is wrong weighs more than what is missing. */
    void add(Finding finding) {
        findings.add(finding);
        byEntry.computeIfAbsent(finding.entry().orElseThrow(), index -> new TreeMap<>())
                .merge(
                        finding.kind().label(),
                        finding.kind(),
                        (one, other) -> one.weight() == Finding.Weight.MISSING ? other : one);
    }

    /** Of an entry: which rules, by their names. */
    Collection<Finding.Kind> kinds(long index) {
        return byEntry.getOrDefault(index, Map.of()).values();
    }

    /** Of an entry, by the names of the rules. */
    List<Doubt> at(String origin, long index) {
        return kinds(index).stream().map(kind -> new Doubt(origin, index, kind)).toList();
    }

    /** Of all entries, in their order. */
    List<Doubt> all(String origin) {
        List<Doubt> all = new ArrayList<>();
        byEntry.keySet().forEach(index -> all.addAll(at(origin, index)));
        return all;
    }

    /** Whether something is wrong with an entry. */
    boolean wrong(long index) {
        return kinds(index).stream().anyMatch(kind -> kind.weight() != Finding.Weight.MISSING);
    }

    /** In how many entries something is wrong. */
    public long contradicted() {
        return byEntry.keySet().stream().filter(this::wrong).count();
    }

    /** In how many entries nothing is wrong, and something is missing in another ledger. */
    public long unmatched() {
        return byEntry.size() - contradicted();
    }

    /** For people, in their order; a bounded number. */
    public List<Finding> findings() {
        return findings.list();
    }

    /** How many are not among {@link #findings}. */
    public long findingsMore() {
        return findings.more();
    }

    /** What all together mean. */
    public Verdict verdict() {
        return findings.verdict();
    }
}
