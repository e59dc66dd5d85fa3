package dev.carnet.client.custody;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.client.audit.Finding.Weight;
import dev.carnet.client.audit.Verdict;
import dev.carnet.proto.ledger.CanonicalJson;
import dev.carnet.proto.ledger.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** LEDGER.md, section 6, sentence by sentence, over the JSON of all entries, with no thought of time or memory. */
final class CustodyOracle {
    private static final Comparator<String> BYTES =
            (one, other) -> Arrays.compareUnsigned(one.getBytes(UTF_8), other.getBytes(UTF_8));

    private final List<Diary> given;
    private final List<Entry> all = new ArrayList<>();
    private final Map<String, String> daemons = new TreeMap<>();

    record Entry(String ledger, long index, String what, String subject, Map<String, Object> says) {
        @Nullable
        String get(String member) {
            return (String) says.get(member);
        }

        boolean of(String transfer) {
            return transfer.equals(get("transfer"));
        }

        Map<String, Object> ref() {
            return Map.of("origin", ledger, "index", index, "what", what);
        }

        @SuppressWarnings("unchecked")
        String side(String side, String member) {
            return (String) ((Map<String, Object>) Objects.requireNonNull(says.get(side))).get(member);
        }
    }

    private static final Comparator<Entry> PLACE =
            Comparator.comparing(Entry::ledger, BYTES).thenComparing(Entry::index);

    CustodyOracle(List<Diary> given) {
        this.given = given;
        for (Diary diary : given) {
            if (diary.verdict == Verdict.VERIFIES || diary.verdict == Verdict.INCOMPLETE) {
                daemons.put(diary.origin, diary.daemon);
                for (int i = 0; i < diary.says.size(); i++) {
                    all.add(entry(diary.origin, i, diary.says.get(i)));
                }
            }
        }
        all.sort(PLACE);
    }

    @SuppressWarnings("unchecked")
    private static Entry entry(String ledger, int index, Statement statement) {
        Map<String, Object> text = CanonicalJson.readObject(statement.payload(), 1 << 16, 8);
        String type = (String) text.get("predicateType");
        Map<String, Object> subject = ((List<Map<String, Object>>) text.get("subject")).getFirst();
        return new Entry(
                ledger, index, type.split("/")[3], ((Map<String, String>) subject.get("digest")).get("sha256"), (Map<
                                String, Object>)
                        text.get("predicate"));
    }

    private Stream<Entry> entries(String what) {
        return all.stream().filter(entry -> entry.what().equals(what));
    }

    /** The first of that predicate for that transfer in that ledger. */
    private @Nullable Entry first(String ledger, String transfer, String what, Predicate<Entry> also) {
        return entries(what)
                .filter(entry -> entry.ledger().equals(ledger) && entry.of(transfer))
                .filter(also)
                .findFirst()
                .orElse(null);
    }

    private @Nullable Entry first(String ledger, String transfer, String what) {
        Entry first = first(ledger, transfer, what, entry -> true);
        return first == null || contradicted(first) || isReceiptWithSomebodyElse(first) ? null : first;
    }

    private @Nullable Kind found(Entry entry) {
        return given.stream()
                .filter(diary -> diary.origin.equals(entry.ledger()))
                .findFirst()
                .orElseThrow()
                .doubted
                .get((int) entry.index());
    }

    private boolean contradicted(Entry entry) {
        Kind kind = found(entry);
        return kind != null && kind.weight() == Weight.WRONG;
    }

    private boolean isReceiptWithSomebodyElse(Entry entry) {
        if (!entry.what().equals("transfer-receipt")) {
            return false;
        }
        boolean received = entry.side("destination", "origin").equals(entry.ledger())
                && entry.side("destination", "id").equals(daemons.get(entry.ledger()));
        Entry own = intent(entry.ledger(), entry.get("transfer"), received ? "destination" : "source");
        String other = received ? "source" : "destination";
        return own == null
                || !entry.side(other, "origin").equals(own.get("peerOrigin"))
                || !entry.side(other, "id").equals(own.get("peer"));
    }

    private List<Map<String, Object>> findings() {
        List<Map<String, Object>> findings = new ArrayList<>();
        given.stream()
                .filter(diary -> daemons.containsKey(diary.origin))
                .sorted(Comparator.comparing(diary -> diary.origin, BYTES))
                .forEach(diary -> diary.doubted.forEach((index, kind) -> findings.add(Map.of(
                        "origin",
                        diary.origin,
                        "index",
                        (long) index,
                        "kind",
                        kind.label(),
                        "verdict",
                        kind.weight() == Weight.WRONG ? "wrong" : "incomplete"))));
        return findings;
    }

    private @Nullable Entry intent(String ledger, String transfer, String role) {
        return first(ledger, transfer, "transfer-intent", entry -> role.equals(entry.get("role")));
    }

    String json() {
        Map<String, List<Map<String, Object>>> byContent = new TreeMap<>();
        List<Map<String, Object>> copies = new ArrayList<>(transfers());
        copies.addAll(adoptions());
        copies.addAll(sources(copies));
        for (Map<String, Object> copy : copies) {
            String content = (String) copy.remove("content");
            String key = content == null ? "~" + copy.get("transfer") : content; // '~' is after every digit
            byContent.computeIfAbsent(key, k -> new ArrayList<>()).add(copy);
        }
        List<Object> checkpoints = new ArrayList<>();
        byContent.forEach((key, group) -> checkpoints.add(checkpoint(key.startsWith("~") ? "" : key, group)));
        Map<String, Object> object = new TreeMap<>();
        object.put("version", 1);
        object.put("checkpoints", checkpoints);
        object.put("missing", missing());
        if (!findings().isEmpty()) {
            object.put("findings", findings());
        }
        object.put(
                "ledgers",
                given.stream()
                        .sorted(Comparator.comparing(diary -> diary.origin, BYTES))
                        .map(diary -> Map.of(
                                "origin",
                                diary.origin,
                                "daemon",
                                daemons.getOrDefault(diary.origin, ""),
                                "size",
                                diary.says.size(),
                                "root",
                                Diary.digest("root of " + diary.origin),
                                "verdict",
                                diary.verdict.label()))
                        .toList());
        return new String(CanonicalJson.write(object), UTF_8);
    }

    private List<Map<String, String>> missing() {
        Set<List<String>> named = new TreeSet<>(Comparator.comparing((List<String> pair) -> pair.get(0), BYTES)
                .thenComparing(pair -> pair.get(1), BYTES));
        for (Entry entry : all) {
            if (entry.what().equals("transfer-intent")) {
                named.add(List.of(entry.get("peerOrigin"), entry.get("peer")));
            }
            if (entry.what().equals("seal") || entry.what().equals("transfer-receipt")) {
                for (String side : List.of("source", "destination")) {
                    named.add(List.of(entry.side(side, "origin"), entry.side(side, "id")));
                }
            }
        }
        return named.stream()
                .filter(pair -> given.stream().noneMatch(diary -> diary.origin.equals(pair.getFirst())))
                .map(pair -> Map.of("origin", pair.get(0), "daemon", pair.get(1)))
                .toList();
    }

    // ---- copies

    private List<Map<String, Object>> transfers() {
        List<Map<String, Object>> copies = new ArrayList<>();
        Set<String> ids = entries("transfer-intent")
                .map(entry -> entry.get("transfer"))
                .collect(Collectors.toCollection(TreeSet::new));
        for (String id : ids) {
            for (String ledger : daemons.keySet()) {
                Entry destination = intent(ledger, id, "destination");
                if (destination != null) {
                    String state = stateThere(what -> first(ledger, id, what) != null);
                    if (!state.isEmpty()) {
                        copies.add(transfer(
                                id, state, ledger, destination, intent(destination.get("peerOrigin"), id, "source")));
                    }
                }
                Entry source = intent(ledger, id, "source");
                if (source != null && intent(source.get("peerOrigin"), id, "destination") == null) {
                    String state = stateBySource(ledger, id);
                    if (!state.isEmpty()) {
                        copies.add(transfer(id, state, ledger, null, source));
                    }
                }
            }
        }
        return copies;
    }

    private static String stateThere(Predicate<String> has) {
        if (has.test("destruction")) {
            return "destroyed";
        } else if (has.test("possession-released")) {
            return "released";
        } else if (has.test("destruction-intent")) {
            return "destroying";
        } else if (has.test("possession") && has.test("transfer-receipt")) {
            return "held";
        } else if (has.test("possession")) {
            return "one-sided";
        } else if (has.test("transfer-abort") && has.test("staging-destroyed")) {
            return "";
        }
        return has.test("transfer-abort") ? "partial" : "possible";
    }

    private String stateBySource(String ledger, String id) {
        Entry abort = first(ledger, id, "transfer-abort");
        if (first(ledger, id, "transfer-receipt") != null) {
            return "receipted";
        } else if (abort != null && abort.get("exposedBytesMax").equals("0")) {
            return "";
        }
        return abort != null ? "partial" : "possible";
    }

    private Map<String, Object> transfer(
            String id, String state, String ledger, @Nullable Entry destination, @Nullable Entry source) {
        Entry place = destination == null ? Objects.requireNonNull(source) : destination;
        Map<String, Object> copy = new LinkedHashMap<>();
        copy.put("origin", destination == null ? place.get("peerOrigin") : ledger);
        copy.put("holder", destination == null ? place.get("peer") : daemons.get(ledger));
        copy.put("volume", place.get("volume"));
        copy.put("name", place.get("name"));
        copy.put("state", state);
        copy.put("from", destination == null ? daemons.get(ledger) : place.get("peer"));
        if (!daemons.containsKey(place.get("peerOrigin"))) {
            copy.put("unheard", place.get("peerOrigin"));
        }
        copy.put("transfer", id);
        Entry possession = destination == null ? null : first(ledger, id, "possession");
        if (possession != null) {
            copy.put("since", possession.get("time"));
        } else if (state.equals("receipted")) {
            copy.put("since", first(ledger, id, "transfer-receipt").get("time"));
        } else {
            copy.put("since", place.get("time"));
        }
        Entry end = end(state, what -> first(ledger, id, what));
        if (end != null) {
            copy.put("until", end.get("time"));
        }
        copy.put("principal", place.get("principal"));
        for (Entry intent : Arrays.asList(source, destination)) {
            if (intent != null && intent.get("grant") != null) {
                copy.put("grant", intent.get("grant")); // the destination's is the last word
            }
        }
        if (source != null) {
            copy.put("sourceRule", source.get("rule"));
            copy.put("sourcePolicy", source.get("policy"));
        }
        if (destination != null) {
            copy.put("destinationRule", destination.get("rule"));
            copy.put("destinationPolicy", destination.get("policy"));
        }
        if (possession != null) {
            put(copy, "verified", verified(ledger, place, possession, end));
        }
        copy.put(
                "entries",
                all.stream().filter(entry -> entry.of(id)).map(Entry::ref).toList());
        String peer = place.get("peerOrigin");
        List<Entry> counting = Stream.of(destination == null ? peer : ledger, destination == null ? ledger : peer)
                .flatMap(side -> Stream.of("possession", "seal", "transfer-receipt", "receipt-pending")
                        .map(what -> first(side, id, what)))
                .filter(Objects::nonNull)
                .toList();
        copy.put("counting", counting);
        Entry naming = counting.isEmpty() ? null : counting.getFirst();
        copy.put("content", naming == null ? null : naming.get("content"));
        if (naming != null) {
            copy.put("tree", naming.subject());
        } else if (place.get("tree") != null) {
            copy.put("tree", place.get("tree"));
        } else if (source != null && source.get("tree") != null) {
            copy.put("tree", source.get("tree"));
        }
        return copy;
    }

    private static @Nullable Entry end(String state, java.util.function.Function<String, @Nullable Entry> find) {
        return switch (state) {
            case "destroyed" -> find.apply("destruction");
            case "released" -> find.apply("possession-released");
            default -> null;
        };
    }

    private @Nullable String verified(String ledger, Entry place, Entry began, @Nullable Entry end) {
        String time = end != null && end.index() < began.index() ? null : began.get("time");
        for (Entry entry : all) {
            if (entry.ledger().equals(ledger)
                    && entry.what().equals("possession")
                    && entry.subject().equals(began.subject())
                    && samePlace(entry, place)
                    && entry.index() >= began.index()
                    && (end == null || entry.index() < end.index())) {
                time = entry.get("time");
            }
        }
        return time;
    }

    private static void put(Map<String, Object> copy, String member, @Nullable String value) {
        if (value != null) {
            copy.put(member, value);
        }
    }

    private static boolean samePlace(Entry one, Entry other) {
        return Objects.equals(one.get("volume"), other.get("volume"))
                && Objects.equals(one.get("name"), other.get("name"));
    }

    private List<Map<String, Object>> adoptions() {
        List<Map<String, Object>> copies = new ArrayList<>();
        List<Entry> adopted = entries("possession")
                .filter(entry -> "adopted".equals(entry.get("state")))
                .toList();
        for (Entry began : adopted) {
            long next = adopted.stream()
                    .filter(entry -> entry.ledger().equals(began.ledger()) && samePlace(entry, began))
                    .mapToLong(Entry::index)
                    .filter(index -> index > began.index())
                    .min()
                    .orElse(Long.MAX_VALUE);
            List<Entry> window = all.stream()
                    .filter(entry -> entry.ledger().equals(began.ledger()) && entry.get("transfer") == null)
                    .filter(entry -> entry.index() > began.index() && entry.index() < next)
                    .filter(entry -> Set.of("possession-released", "destruction-intent", "destruction")
                            .contains(entry.what()))
                    .filter(entry -> samePlace(entry, began) && entry.subject().equals(began.subject()))
                    .toList();
            java.util.function.Function<String, @Nullable Entry> find = what -> window.stream()
                    .filter(entry -> entry.what().equals(what))
                    .findFirst()
                    .orElse(null);
            String state = stateThere(
                    what -> what.equals("possession") || what.equals("transfer-receipt") || find.apply(what) != null);
            Map<String, Object> copy = new LinkedHashMap<>();
            copy.put("content", began.get("content"));
            copy.put("counting", List.of(began));
            copy.put("origin", began.ledger());
            copy.put("holder", daemons.get(began.ledger()));
            copy.put("volume", began.get("volume"));
            copy.put("name", began.get("name"));
            copy.put("state", state);
            copy.put("since", began.get("time"));
            Entry end = end(state, find);
            if (end != null) {
                copy.put("until", end.get("time"));
            }
            copy.put("tree", began.subject());
            put(copy, "verified", verified(began.ledger(), began, began, end));
            copy.put(
                    "entries",
                    Stream.concat(Stream.of(began), window.stream())
                            .map(Entry::ref)
                            .toList());
            copies.add(copy);
        }
        return copies;
    }

    private List<Map<String, Object>> sources(List<Map<String, Object>> others) {
        Map<List<String>, List<Entry>> seals = new LinkedHashMap<>();
        entries("seal")
                .filter(seal -> seal.side("source", "origin").equals(seal.ledger())
                        || !daemons.containsKey(seal.side("source", "origin"))
                        || found(seal) == Kind.SEAL_MISSING)
                .forEach(seal -> seals.computeIfAbsent(
                                List.of(seal.side("source", "origin"), seal.get("content")), key -> new ArrayList<>())
                        .add(seal));
        List<Map<String, Object>> copies = new ArrayList<>();
        seals.forEach((key, all) -> {
            boolean told = others.stream()
                    .anyMatch(copy -> copy.get("origin").equals(key.get(0))
                            && key.get(1).equals(copy.get("content"))
                            && Set.of("held", "one-sided", "destroying").contains(copy.get("state")));
            if (!told) {
                Entry first = all.stream()
                        .min(Comparator.comparing((Entry seal) -> seal.get("time"))
                                .thenComparing(PLACE))
                        .orElseThrow();
                Map<String, Object> copy = new LinkedHashMap<>();
                copy.put("content", key.get(1));
                copy.put("counting", all);
                copy.put("origin", key.get(0));
                copy.put("holder", first.side("source", "id"));
                copy.put("volume", "");
                copy.put("name", "");
                copy.put("state", "source");
                if (!daemons.containsKey(key.get(0))) {
                    copy.put("unheard", key.get(0));
                }
                copy.put("since", first.get("time"));
                copy.put("tree", first.subject());
                copy.put("entries", all.stream().sorted(PLACE).map(Entry::ref).toList());
                copies.add(copy);
            }
        });
        return copies;
    }

    // ---- checkpoints

    @SuppressWarnings("unchecked")
    private Map<String, Object> checkpoint(String content, List<Map<String, Object>> copies) {
        Map<String, Object> checkpoint = new TreeMap<>();
        checkpoint.put("content", content);
        checkpoint.put(
                "trees",
                copies.stream()
                        .map(copy -> (String) copy.get("tree"))
                        .filter(Objects::nonNull)
                        .collect(Collectors.toCollection(TreeSet::new))
                        .stream()
                        .toList());
        Set<String> names = new TreeSet<>(BYTES);
        copies.stream()
                .filter(copy -> !"".equals(copy.get("volume")))
                .forEach(copy -> names.add(copy.get("volume") + "/" + copy.get("name")));
        checkpoint.put("names", List.copyOf(names));
        Comparator<Map<String, Object>> place = Comparator.comparing(
                        (Map<String, Object> ref) -> (String) ref.get("origin"), BYTES)
                .thenComparing(ref -> (Long) ref.get("index"));
        copies.sort(Comparator.comparing((Map<String, Object> copy) -> (String) copy.get("origin"), BYTES)
                .thenComparing(copy -> (String) copy.get("volume"), BYTES)
                .thenComparing(copy -> (String) copy.get("name"), BYTES)
                .thenComparing(copy -> (String) copy.get("since"), BYTES)
                .thenComparing(copy -> (String) copy.getOrDefault("transfer", ""), BYTES)
                .thenComparing(copy -> ((List<Map<String, Object>>) copy.get("entries")).getFirst(), place));
        copies.stream()
                .flatMap(copy -> ((List<Entry>) copy.remove("counting")).stream())
                .filter(entry ->
                        Set.of("seal", "possession", "transfer-receipt").contains(entry.what()))
                .filter(entry -> content.equals(entry.get("content")))
                .min(PLACE)
                .ifPresent(entry -> {
                    checkpoint.put("files", entry.says().get("files"));
                    checkpoint.put("logicalBytes", entry.get("logicalBytes"));
                });
        checkpoint.put("copies", copies);
        return checkpoint;
    }
}
