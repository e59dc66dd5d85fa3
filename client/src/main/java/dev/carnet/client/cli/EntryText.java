package dev.carnet.client.cli;

import dev.carnet.client.Json;
import dev.carnet.proto.ledger.Change;
import dev.carnet.proto.ledger.DaemonStart;
import dev.carnet.proto.ledger.Destruction;
import dev.carnet.proto.ledger.DestructionIntent;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.KeyBindingStatement;
import dev.carnet.proto.ledger.ObservedFork;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.PossessionReleased;
import dev.carnet.proto.ledger.ReceiptPending;
import dev.carnet.proto.ledger.Refusal;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.StagingDestroyed;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.ledger.TransferAbort;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.ledger.TransferResumed;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An entry of a ledger, for people and for programs. */
final class EntryText {
    /** Times as entries write them: always to the millisecond, so that they line up. */
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** A key of ML-DSA-44 in base64. */
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/=]{200,}");

    private static final int KEY_CHARS = 64;

    private EntryText() {}

    /** In one line: number, time, what, and the gist of it. */
    static String line(long index, byte[] entry) {
        try {
            Statement says = Statement.read(Dsse.parse(entry).payload());
            return String.format(
                    Locale.ROOT,
                    "%8d  %s  %-18s  %s",
                    index,
                    TIME.format(says.time()),
                    says.predicate().label(),
                    Shown.text(gist(says)));
        } catch (StatementException e) {
            return String.format(
                    Locale.ROOT,
                    "%8d  %-24s  %-18s  %s",
                    index,
                    "-",
                    "NO ENTRY",
                    Shown.cut(Shown.text(String.valueOf(e.getMessage())), 200));
        }
    }

    private static String gist(Statement says) {
        return switch (says) {
            case KeyBindingStatement s ->
                "the keys of " + s.daemon() + (s.list().previous().isEmpty() ? "" : ", after others");
            case TransferIntent s ->
                s.volume() + "/" + s.name() + (s.role() == Role.SOURCE ? " to " : " from ") + s.peer() + ", asked by "
                        + s.principal();
            case Seal s ->
                s.destination().volume() + "/" + s.destination().name() + " for "
                        + s.destination().id() + ", " + content(s.files(), s.logicalBytes());
            case Possession s ->
                s.state() + " " + s.volume() + "/" + s.name() + ", " + content(s.files(), s.logicalBytes());
            case TransferReceipt s ->
                s.destination().volume() + "/" + s.destination().name() + " from "
                        + s.source().id() + " to " + s.destination().id() + ", "
                        + content(s.files(), s.logicalBytes());
            case TransferAbort s -> s.code() + " with " + s.peer() + ": " + s.reason();
            case StagingDestroyed s -> s.volume() + "/" + s.name();
            case PossessionReleased s -> s.volume() + "/" + s.name() + ": " + s.reason();
            case TransferResumed s -> "with " + s.peer() + ", changed: " + String.join(" and ", s.changed());
            case Refusal s ->
                s.code() + " to " + s.peer().or(s::principal).orElse("?") + ", " + s.count()
                        + (s.count() == 1 ? " time: " : " times: ") + s.reason();
            case Change s -> s.digest();
            case DaemonStart s -> s.version() + ", before: " + s.stopped();
            case DestructionIntent s -> s.volume() + "/" + s.name() + ", asked by " + s.principal();
            case Destruction s -> s.volume() + "/" + s.name();
            case ReceiptPending s -> s.volume() + "/" + s.name() + " with " + s.peer();
            case ObservedFork s -> "of " + s.peerOrigin() + " (" + s.peer() + ")";
        };
    }

    private static String content(long files, long bytes) {
        return Quantities.files(files) + ", " + Quantities.bytes(bytes);
    }

    /** What a statement says, a line for each member: objects with dots between the names, arrays with numbers. What all statements have alike is left out, and long keys are cut: raw bytes are for programs. */
    static List<String> members(byte[] payload) {
        var statement = Json.read(payload);
        Map<String, String> flat = new LinkedHashMap<>();
        statement.optionalObjects("subject").forEach(subject -> {
            flat.put("subject", subject.text("name"));
            subject.optionalObject("digest").ifPresent(digest -> flatten("digest", digest.members(), flat));
        });
        statement.optionalObject("predicate").ifPresent(predicate -> flatten("", predicate.members(), flat));
        int width = flat.keySet().stream().mapToInt(String::length).max().orElse(0);
        List<String> lines = new ArrayList<>();
        flat.forEach((name, value) -> lines.add(Shown.text(name)
                + " ".repeat(width - name.length() + 2)
                + (KEY.matcher(value).matches()
                        ? value.substring(0, KEY_CHARS) + "… (" + value.length() + " characters)"
                        : Shown.text(value))));
        return lines;
    }

    private static void flatten(String name, @Nullable Object value, Map<String, String> into) {
        switch (value) {
            case Map<?, ?> object ->
                object.forEach((key, member) -> flatten(name.isEmpty() ? "" + key : name + "." + key, member, into));
            case List<?> array -> {
                for (int i = 0; i < array.size(); i++) {
                    flatten(name + "[" + i + "]", array.get(i), into);
                }
            }
            case null -> into.put(name, "null");
            default -> into.put(name, value.toString());
        }
    }

    static Map<String, Object> json(long index, byte[] entry) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("entry", index);
        try {
            Dsse dsse = Dsse.parse(entry);
            Statement says = Statement.read(dsse.payload());
            object.put("predicate", says.predicate().label());
            object.put("time", TIME.format(says.time()));
            object.put("payload_digest", dsse.payloadDigest());
            object.put("statement", Json.read(dsse.payload()).members());
        } catch (StatementException e) {
            object.put("error", String.valueOf(e.getMessage()));
        }
        return object;
    }
}
