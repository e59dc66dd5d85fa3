package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.client.audit.Finding.Weight;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What was found, by any number of threads. A ledger may be wrong a million times: the first of each rule are kept, the others counted. */
public final class Findings {
    /** Of each rule. */
    public static final int KEPT_MAX = 200;

    /** A sentence may quote what a stranger wrote. */
    private static final int SENTENCE_CHARS_MAX = 2_000;

    private final Map<Kind, TreeSet<Finding>> kept = new EnumMap<>(Kind.class);
    private final Set<Weight> weights = EnumSet.noneOf(Weight.class);
    private long more;

    /** Takes one; a long sentence is cut. */
    public synchronized void add(Finding finding) {
        weights.add(finding.kind().weight());
        TreeSet<Finding> ofKind = kept.computeIfAbsent(finding.kind(), kind -> new TreeSet<>(Finding.ORDER));
        if (ofKind.add(cut(finding)) && ofKind.size() > KEPT_MAX) {
            ofKind.pollLast(); // whichever thread came first
            more++;
        }
    }

    private static Finding cut(Finding finding) {
        String sentence = finding.sentence();
        return sentence.length() <= SENTENCE_CHARS_MAX
                ? finding
                : new Finding(
                        finding.kind(),
                        finding.place(),
                        sentence.substring(0, SENTENCE_CHARS_MAX) + "…",
                        finding.entry());
    }

    /** In their order. */
    public synchronized List<Finding> list() {
        return kept.values().stream().flatMap(TreeSet::stream).toList();
    }

    /** How many are not in the list. */
    public synchronized long more() {
        return more;
    }

    synchronized boolean has(Kind kind) {
        return kept.containsKey(kind);
    }

    /** What all together mean, those that are not in the list too. */
    public synchronized Verdict verdict() {
        if (weights.contains(Weight.UNREADABLE)) {
            return Verdict.UNREADABLE;
        }
        if (weights.contains(Weight.WRONG)) {
            return Verdict.WRONG;
        }
        return weights.isEmpty() ? Verdict.VERIFIES : Verdict.INCOMPLETE;
    }
}
