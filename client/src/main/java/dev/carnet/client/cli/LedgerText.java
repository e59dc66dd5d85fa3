package dev.carnet.client.cli;

import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.client.audit.Finding.Weight;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.Verdict;
import dev.carnet.client.audit.Vouching;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.TrustPolicy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was found in ledgers, for people and for programs. */
final class LedgerText {
    /** Of one rule, for people; programs get all that are kept. */
    private static final int SHOWN_MAX = 20;

    private static final int SENTENCE_COLUMNS = 400;

    private LedgerText() {}

    static String named(String name, String value) {
        return String.format(Locale.ROOT, "%-11s ", name) + Shown.text(value);
    }

    /** A ledger that was verified: what it is, what was found, and the verdict as the last line. */
    static List<String> lines(LedgerCheck.Result result) {
        List<String> lines = new ArrayList<>(facts(result));
        findings(result.findings(), result.findingsMore()).forEach(lines::add);
        lines.add("");
        lines.add(verdict(result));
        return lines;
    }

    /** What it is, and whose word there is for it. */
    static List<String> facts(LedgerCheck.Result result) {
        List<String> lines = new ArrayList<>();
        lines.add(named("ledger", result.name()));
        SignedCheckpoint note = result.checkpoint();
        if (note != null) {
            LogCheckpoint body = note.checkpoint();
            lines.add(named("origin", body.origin()));
            result.daemon().ifPresent(id -> lines.add(named("daemon", id)));
            lines.add(named("entries", Long.toString(body.size())));
            lines.add(named("root", body.root().hex()));
        }
        if (!result.bindings().isEmpty()) {
            lines.add(named("keys", keys(result)));
        }
        lines.addAll(word(result.vouching()));
        return lines;
    }

    /** Whose word there is for a log checkpoint. */
    static List<String> word(Vouching vouching) {
        List<String> lines = new ArrayList<>();
        if (vouching.asked()) {
            lines.add(named("log key", vouching.log() ? "listed, and has signed" : "not vouched for"));
            lines.add(named(
                    "quorum",
                    vouching.quorum().equals(TrustPolicy.NONE)
                            ? "none is asked for"
                            : vouching.quorum() + (vouching.quorumMet() ? ": met" : ": NOT MET")));
            vouching.cosigned()
                    .forEach(witness -> lines.add(named(
                            "witness",
                            witness.name() + " (" + witness.key() + "): not later than " + witness.time()
                                    + (witness.own() ? "; of the audited party itself" : ""))));
            remark(vouching).ifPresent(remark -> lines.add(named("note", remark)));
        }
        return lines;
    }

    private static String keys(LedgerCheck.Result result) {
        int count = result.bindings().size();
        return count == 1
                ? "one key binding, entry " + result.bindings().getFirst().index()
                : count + " key bindings, the newest in entry "
                        + result.bindings().getLast().index();
    }

    /** What nobody should overlook although it is no finding. */
    private static Optional<String> remark(Vouching vouching) {
        if (vouching.onlyOwnWitnesses()) {
            return Optional.of("every witness belongs to the audited party: nobody else has seen this log checkpoint");
        }
        return vouching.cosigned().isEmpty()
                ? Optional.of(
                        "no listed witness has cosigned: nobody whom the trust file lists has seen this log checkpoint")
                : Optional.empty();
    }

    /** By rule: the rule, each place with its sentence, and what to do. */
    static List<String> findings(List<Finding> findings, long more) {
        List<String> lines = new ArrayList<>();
        Map<Kind, List<Finding>> byKind = new EnumMap<>(Kind.class);
        findings.forEach(one ->
                byKind.computeIfAbsent(one.kind(), kind -> new ArrayList<>()).add(one));
        List<Kind> kinds = List.copyOf(byKind.keySet());
        for (int i = 0; i < kinds.size(); i++) {
            Kind kind = kinds.get(i);
            ofKind(kind, Objects.requireNonNull(byKind.get(kind)), lines);
            // Said once where the next rule asks for the same.
            if (i + 1 == kinds.size() || !advice(kind).equals(advice(kinds.get(i + 1)))) {
                lines.add("  what to do: " + advice(kind));
            }
        }
        if (more > 0) {
            lines.add("");
            lines.add("… and " + more + " more findings that are not kept");
        }
        return lines;
    }

    private static void ofKind(Kind kind, List<Finding> findings, List<String> lines) {
        lines.add("");
        lines.add(kind.label() + ": " + weight(kind.weight()));
        findings.stream()
                .limit(SHOWN_MAX)
                .forEach(one -> lines.add("  " + Shown.text(one.place()) + ": "
                        + Shown.cut(Shown.text(one.sentence()), SENTENCE_COLUMNS)));
        if (findings.size() > SHOWN_MAX) {
            lines.add("  … and " + (findings.size() - SHOWN_MAX) + " more; --json has them");
        }
    }

    private static String weight(Weight weight) {
        return switch (weight) {
            case UNREADABLE -> "cannot be read";
            case WRONG -> "DOES NOT VERIFY";
            case MISSING -> "missing, or not vouched for";
        };
    }

    /** What comes next, by rule. */
    static String advice(Kind kind) {
        return switch (kind) {
            case UNREADABLE ->
                "Get the whole ledger (`carnet ledger export`), or look at the disk or server that it lies on; then verify it again.";
            case CHECKPOINT, BUNDLE, TILE ->
                "The copy is damaged or was changed. Keep it; get another from the daemon and compare the two with"
                        + " `carnet ledger fork-check`.";
            case ROOT ->
                "Entries were changed, or the log checkpoint is of another history. Keep this copy; ask the daemon and its witnesses"
                        + " for theirs, and run `carnet ledger fork-check` over all of them.";
            case PROOF ->
                "The proof is of another entry, or was changed: make it again with `carnet ledger prove`, from a ledger that verifies.";
            case ENTRY, BINDING, SIGNATURE ->
                "Somebody without the keys wrote this, or the daemon did what it must not. Keep this copy, and ask whoever runs the"
                        + " daemon; believe nothing that rests on these entries.";
            case LOG_SIGNATURE ->
                "The log checkpoint is not signed by the log that it names. Get the daemon's own, and ask who made this one.";
            case FORK -> "The fork is not what it says: whoever recorded it is wrong, or lies.";
            case BLOB_DIGEST -> "The blob is damaged or was changed: get it from the daemon again.";
            case BLOB ->
                "Copy the ledger again; where the blob stays away, what it holds is lost, and the rest still verifies.";
            case TRUST ->
                "Find out the keys and anchors another way than with this ledger, and list them in a trust file (--trust FILE).";
            case RECEIPT_DIFFERS ->
                "One of the two daemons has signed the same receipt twice: keep both copies and ask both.";
            case RECEIPT_SIGNATURE, SEAL_WRONG ->
                "Keep both copies. One side holds a statement that the other has not signed: ask both.";
            case RECEIPT_MISSING, SEAL_MISSING, INTENT_MISSING ->
                "Perhaps one copy is older than the other: copy both again. Where it stays so, one side's log is not complete.";
            case FORK_UNPROVED ->
                "Get the copy of that ledger that has the key binding, or verify the fork with its key.";
        };
    }

    /** One line: what all of it means. */
    static String verdict(LedgerCheck.Result result) {
        SignedCheckpoint note = result.checkpoint();
        String name =
                Shown.text(note == null ? result.name() : note.checkpoint().origin());
        long count = result.findings().size() + result.findingsMore();
        return switch (result.verdict()) {
            case VERIFIES -> name + " verifies: every entry, tile, signature and blob, and it is vouched for";
            case INCOMPLETE ->
                name
                        + (result.vouching().asked()
                                ? " verifies, but " + something(count)
                                : " is consistent with itself; nobody's word was checked (--trust FILE)"
                                        + (count > 1 ? ", and " + something(count - 1) : ""));
            case WRONG -> name + " DOES NOT VERIFY: " + count + (count == 1 ? " finding" : " findings");
            case UNREADABLE -> name + " CANNOT BE READ to its end";
        };
    }

    private static String something(long count) {
        return count == 1
                ? "one thing is missing or not vouched for"
                : count + " things are missing or not vouched for";
    }

    // ---- for programs

    static Map<String, @Nullable Object> json(LedgerCheck.Result result) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("ok", result.verdict() == Verdict.VERIFIES);
        object.put("verdict", result.verdict().label());
        object.put("ledger", result.name());
        SignedCheckpoint note = result.checkpoint();
        if (note != null) {
            object.put("origin", note.checkpoint().origin());
            object.put("size", note.checkpoint().size());
            object.put("root", note.checkpoint().root().hex());
        }
        result.daemon().ifPresent(id -> object.put("daemon", id));
        object.put(
                "bindings",
                result.bindings().stream()
                        .map(keys -> Map.of(
                                "entry", keys.index(), "digest", keys.binding().payloadDigest()))
                        .toList());
        object.put("trust", trust(result.vouching()));
        object.put("findings", findings(result.findings()));
        object.put("findings_more", result.findingsMore());
        return object;
    }

    static Map<String, Object> trust(Vouching vouching) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("asked", vouching.asked());
        object.put("log_key", vouching.log());
        object.put("quorum", vouching.quorum());
        object.put("quorum_met", vouching.quorumMet());
        object.put("only_own_witnesses", vouching.onlyOwnWitnesses());
        object.put(
                "witnesses",
                vouching.cosigned().stream()
                        .map(witness -> Map.of(
                                "name", witness.name(),
                                "key", witness.key(),
                                "time", witness.time().toString(),
                                "own", witness.own()))
                        .toList());
        return object;
    }

    static List<Map<String, Object>> findings(List<Finding> findings) {
        return findings.stream().map(LedgerText::json).toList();
    }

    private static Map<String, Object> json(Finding finding) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("kind", finding.kind().label());
        object.put("weight", finding.kind().weight().name().toLowerCase(Locale.ROOT));
        object.put("place", finding.place());
        finding.entry().ifPresent(index -> object.put("entry", index));
        object.put("sentence", finding.sentence());
        object.put("advice", advice(finding.kind()));
        return object;
    }
}
