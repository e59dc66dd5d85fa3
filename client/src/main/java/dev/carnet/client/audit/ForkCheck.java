package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.NoteKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether several log checkpoints of one origin are of one log (LEDGER.md, section 5): each ledger at hand is read, and has to begin with every smaller one. From the entries, so that a forged tile
 * hides nothing.
 */
public final class ForkCheck {
    private final List<Sighting> sightings;
    private final Trust trust;
    private final List<Fork> forks = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Set<NoteKey> logKeys = new LinkedHashSet<>();

    private ForkCheck(List<Sighting> sightings, Trust trust) {
        this.sightings = sightings.stream()
                .sorted(Comparator.comparingLong(seen -> seen.body().size()))
                .toList();
        this.trust = trust;
    }

    /**
     * What came out.
     *
     * @param origin whose log it is
     * @param forks what cannot both be
     * @param untold pairs that nothing at hand can compare
     * @param findings of ledgers that cannot be used: their entries are not what their log checkpoint says, or cannot be read
     */
    public record Result(String origin, List<Fork> forks, List<Untold> untold, List<Finding> findings) {
        /** {@link Verdict#WRONG} where a fork is proved, or a ledger does not fit its own log checkpoint. */
        public Verdict verdict() {
            if (forks.stream().anyMatch(Fork::proved)
                    || findings.stream().anyMatch(finding -> finding.kind().weight() == Finding.Weight.WRONG)) {
                return Verdict.WRONG;
            }
            if (!findings.isEmpty()) {
                return Verdict.UNREADABLE;
            }
            return forks.isEmpty() && untold.isEmpty() ? Verdict.VERIFIES : Verdict.INCOMPLETE;
        }
    }

    /** Two that nothing at hand can compare: the larger one is a log checkpoint alone. */
    public record Untold(Sighting smaller, Sighting larger) {}

    /**
     * Compares them all.
     *
     * @param sightings two or more of one origin
     * @param trust its keys of that log are known, besides those that the ledgers bring themselves
     * @throws IllegalArgumentException where they are not of one origin
     */
    public static Result run(List<Sighting> sightings, Trust trust) {
        List<String> origins =
                sightings.stream().map(seen -> seen.body().origin()).distinct().toList();
        if (origins.size() != 1) {
            throw new IllegalArgumentException(
                    "they are of " + origins.size() + " logs: " + String.join(", ", origins));
        }
        return new ForkCheck(sightings, trust).run(origins.getFirst());
    }

    /** A ledger that is what its log checkpoint says, and what it says of smaller ones. */
    private record Read(Sighting seen, Prefixes prefixes) {}

    private Result run(String origin) {
        logKeys.addAll(trust.logs(origin));
        List<Read> read = new ArrayList<>();
        for (Sighting seen : sightings) {
            seen.files().flatMap(files -> read(seen, files)).ifPresent(read::add);
        }
        List<Untold> untold = new ArrayList<>();
        for (int larger = 1; larger < sightings.size(); larger++) {
            for (int smaller = 0; smaller < larger; smaller++) {
                compare(sightings.get(smaller), sightings.get(larger), read, untold);
            }
        }
        return new Result(origin, List.copyOf(forks), List.copyOf(untold), List.copyOf(findings));
    }

    private Optional<Read> read(Sighting seen, LedgerFiles files) {
        TreeSet<Long> sizes = sightings.stream()
                .map(other -> other.body().size())
                .filter(size -> size <= seen.body().size())
                .collect(Collectors.toCollection(TreeSet::new));
        try {
            Prefixes prefixes = Prefixes.of(files, seen.note(), sizes);
            logKeys.addAll(prefixes.logKeys());
            if (prefixes.root(seen.body().size()).equals(seen.body().root())) {
                return Optional.of(new Read(seen, prefixes));
            }
            findings.add(new Finding(
                    Kind.ROOT,
                    seen.name() + ": checkpoint",
                    "the root over its " + seen.body().size() + " entries is another one: it is not compared"));
        } catch (Broken e) {
            Finding finding = e.finding();
            findings.add(new Finding(finding.kind(), seen.name() + ": " + finding.place(), finding.sentence()));
        }
        return Optional.empty();
    }

    private void compare(Sighting smaller, Sighting larger, List<Read> read, List<Untold> untold) {
        long size = smaller.body().size();
        if (size == larger.body().size()) {
            conflict(smaller, larger, larger.body().root());
            return;
        }
        Optional<Read> whole =
                read.stream().filter(one -> one.seen().equals(larger)).findFirst();
        if (whole.isPresent()) {
            conflict(smaller, larger, whole.get().prefixes().root(size));
        } else if (read.stream()
                .noneMatch(one -> one.seen().body().size() >= larger.body().size())) {
            untold.add(new Untold(smaller, larger));
        } // else both are compared with that one
    }

    private void conflict(Sighting smaller, Sighting larger, Hash32 rootThere) {
        if (!smaller.body().root().equals(rootThere)) {
            forks.add(new Fork(
                    smaller,
                    larger,
                    rootThere,
                    logKeys.stream()
                            .filter(key -> signed(smaller, key) && signed(larger, key))
                            .sorted(Comparator.comparingInt(NoteKey::type).thenComparing(NoteKey::vkey))
                            .toList()));
        }
    }

    private static boolean signed(Sighting seen, NoteKey key) {
        try {
            return !seen.note().verify(List.of(key)).isEmpty();
        } catch (LogException e) {
            return false;
        }
    }
}
