package dev.carnet.client.custody;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.audit.Verdict;
import dev.carnet.proto.ledger.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The result as LEDGER.md writes it: one canonical JSON object, a checkpoint at a time. */
final class CustodyJson {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int VERSION = 1;

    private final Appendable out;

    CustodyJson(Appendable out) {
        this.out = out;
    }

    static String time(Instant time) {
        return TIME.format(time);
    }

    void write(Custody custody) throws IOException {
        out.append("{\"checkpoints\":[");
        try {
            custody.checkpoints(new java.util.function.Consumer<>() {
                private String separator = "";

                @Override
                public void accept(Checkpoint checkpoint) {
                    try {
                        out.append(separator);
                        write(checkpoint);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    separator = ",";
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        out.append(']');
        List<Doubt> doubts = custody.doubts();
        if (!doubts.isEmpty()) {
            out.append(",\"findings\":")
                    .append(text(doubts.stream().map(CustodyJson::object).toList()));
        }
        out.append(",\"ledgers\":")
                .append(text(custody.ledgers().stream().map(CustodyJson::object).toList()))
                .append(",\"missing\":")
                .append(text(custody.missing().stream()
                        .map(one -> Map.of("origin", one.origin(), "daemon", one.daemon()))
                        .toList()))
                .append(",\"version\":")
                .append(String.valueOf(VERSION))
                .append('}');
    }

    private static String text(Object value) {
        return new String(CanonicalJson.write(value), UTF_8);
    }

    private static Map<String, Object> object(GivenLedger ledger) {
        return Map.of(
                "origin",
                ledger.origin(),
                "daemon",
                ledger.daemon(),
                "size",
                ledger.size(),
                "root",
                ledger.root(),
                "verdict",
                ledger.verdict().label());
    }

    private static Map<String, Object> object(Doubt doubt) {
        Verdict means = doubt.wrong() ? Verdict.WRONG : Verdict.INCOMPLETE;
        return Map.of(
                "origin",
                doubt.origin(),
                "index",
                doubt.index(),
                "kind",
                doubt.kind().label(),
                "verdict",
                means.label());
    }

    /** Member by member, in their order, and a copy at a time: there may be hundreds of thousands of one content. */
    private void write(Checkpoint checkpoint) throws IOException {
        out.append("{\"content\":").append(text(checkpoint.content())).append(",\"copies\":[");
        String separator = "";
        for (Copy copy : checkpoint.copies()) {
            out.append(separator).append(text(object(copy)));
            separator = ",";
        }
        out.append(']');
        if (checkpoint.size().isPresent()) {
            Checkpoint.Size size = checkpoint.size().get();
            out.append(",\"files\":")
                    .append(String.valueOf(size.files()))
                    .append(",\"logicalBytes\":")
                    .append(text(Long.toString(size.logicalBytes())));
        }
        out.append(",\"names\":")
                .append(text(checkpoint.names()))
                .append(",\"trees\":")
                .append(text(checkpoint.trees()))
                .append('}');
    }

    private static Map<String, Object> object(Copy copy) {
        Map<String, Object> object = new TreeMap<>();
        object.put("origin", copy.origin());
        object.put("holder", copy.holder());
        object.put("volume", copy.volume());
        object.put("name", copy.name());
        object.put("state", copy.state().label());
        object.put("since", time(copy.since()));
        put(object, "until", copy.until().map(CustodyJson::time));
        put(object, "tree", copy.tree());
        put(object, "from", copy.from());
        put(object, "transfer", copy.transfer());
        put(object, "principal", copy.asked().principal());
        put(object, "grant", copy.asked().grant());
        put(object, "sourceRule", copy.asked().sourceRule());
        put(object, "sourcePolicy", copy.asked().sourcePolicy());
        put(object, "destinationRule", copy.asked().destinationRule());
        put(object, "destinationPolicy", copy.asked().destinationPolicy());
        put(object, "unheard", copy.unheard());
        put(object, "verified", copy.verified().map(CustodyJson::time));
        object.put("entries", entries(copy.entries()));
        return object;
    }

    private static List<Map<String, Object>> entries(List<EntryRef> entries) {
        return entries.stream()
                .map(entry -> Map.<String, Object>of(
                        "origin",
                        entry.origin(),
                        "index",
                        entry.index(),
                        "what",
                        entry.what().label()))
                .toList();
    }

    private static void put(Map<String, Object> object, String name, Optional<String> value) {
        value.ifPresent(text -> object.put(name, text));
    }
}
