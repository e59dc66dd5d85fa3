package dev.carnet.proto.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StatementVectorsTest {
    private static final JsonNode VECTORS = RecordVectors.read("record/statements.json");
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<Predicate, Function<byte[], Statement>> READERS = Map.ofEntries(
            Map.entry(Predicate.KEY_BINDING, KeyBindingStatement::read),
            Map.entry(Predicate.TRANSFER_INTENT, TransferIntent::read),
            Map.entry(Predicate.SEAL, Seal::read),
            Map.entry(Predicate.POSSESSION, Possession::read),
            Map.entry(Predicate.TRANSFER_RECEIPT, TransferReceipt::read),
            Map.entry(Predicate.TRANSFER_ABORT, TransferAbort::read),
            Map.entry(Predicate.STAGING_DESTROYED, StagingDestroyed::read),
            Map.entry(Predicate.POSSESSION_RELEASED, PossessionReleased::read),
            Map.entry(Predicate.TRANSFER_RESUMED, TransferResumed::read),
            Map.entry(Predicate.REFUSAL, Refusal::read),
            Map.entry(Predicate.POLICY_CHANGE, payload -> Change.read(Predicate.POLICY_CHANGE, payload)),
            Map.entry(Predicate.TRUST_CHANGE, payload -> Change.read(Predicate.TRUST_CHANGE, payload)),
            Map.entry(Predicate.DAEMON_START, DaemonStart::read),
            Map.entry(Predicate.DESTRUCTION_INTENT, DestructionIntent::read),
            Map.entry(Predicate.DESTRUCTION, Destruction::read),
            Map.entry(Predicate.RECEIPT_PENDING, ReceiptPending::read),
            Map.entry(Predicate.OBSERVED_FORK, ObservedFork::read));

    static Stream<Named<JsonNode>> valid() {
        return RecordVectors.cases(VECTORS.get("valid"));
    }

    static Stream<Named<JsonNode>> invalid() {
        return RecordVectors.cases(VECTORS.get("invalid"));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void reads_and_writes_the_same_bytes(JsonNode vector) {
        byte[] payload = payload(vector);
        Statement statement = Statement.read(payload);
        assertThat(statement.payload()).isEqualTo(payload);
        assertThat(Digests.sha256Hex(statement.payload()))
                .isEqualTo(vector.get("sha256").asText());
        assertThat(vector.get("name").asText()).startsWith(statement.predicate().label());
        assertThat(statement.predicate().type())
                .isEqualTo(tree(payload).get("predicateType").asText());
        READERS.forEach((predicate, reader) -> {
            if (predicate == statement.predicate()) {
                assertThat(reader.apply(payload)).isEqualTo(statement).hasSameHashCodeAs(statement);
            } else {
                assertThatThrownBy(() -> reader.apply(payload))
                        .isInstanceOf(StatementException.class)
                        .hasMessageContaining("not " + predicate.label());
            }
        });
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refuses(JsonNode vector) {
        assertThatThrownBy(() -> Statement.read(payload(vector)))
                .isInstanceOf(StatementException.class)
                .message()
                .hasSizeBetween(10, 300);
    }

    @Test
    void every_predicate_has_an_example() {
        assertThat(valid().map(v -> Statement.read(payload(v.getPayload())).predicate())
                        .distinct())
                .containsExactlyInAnyOrder(Predicate.values());
    }

    /** Whatever a member is, without it, with null or another type in its place, or with a stranger beside it, there is no statement. */
    @Test
    void no_member_may_be_missing_or_of_another_type_or_unknown() {
        Set<String> optional = new TreeSet<>();
        valid().forEach(v -> {
            JsonNode good = tree(payload(v.getPayload()));
            for (List<Object> path : paths(good, List.of())) {
                for (Edit edit : Edit.values()) {
                    JsonNode broken = edit.apply(good.deepCopy(), path);
                    if (broken == null) {
                        continue;
                    }
                    if (accepted(broken)) {
                        assertThat(edit).as("%s of %s", edit, path).isEqualTo(Edit.REMOVED);
                        optional.add(String.valueOf(path.getLast()));
                    }
                }
            }
        });
        assertThat(optional)
                .containsExactly(
                        "a.b_c-1",
                        "closed",
                        "firstBinding",
                        "grant",
                        "labels",
                        "partOf",
                        "previous",
                        "run",
                        "sessionsMore",
                        "volume");
    }

    @Test
    void the_blobs_that_statements_name() {
        JsonNode more = VECTORS.get("sessionsMore");
        TransferReceipt receipt = TransferReceipt.read(
                payload(RecordVectors.named(VECTORS.get("valid"), "transfer-receipt with more sessions")));
        assertThat(receipt.sessionsMore()).contains(more.get("sha256").asText());
        assertThat(Digests.sha256Hex(more.get("text").asText().getBytes(UTF_8)))
                .isEqualTo(more.get("sha256").asText());
        byte[] blob = more.get("text").asText().getBytes(UTF_8);
        List<TransferReceipt.SessionFacts> rest = TransferReceipt.readMoreSessions(blob, blob.length);
        assertThat(rest).hasSize(1).doesNotContainAnyElementsOf(receipt.sessions());
        assertThat(TransferReceipt.moreSessions(rest)).isEqualTo(blob);
        for (String bad :
                new String[] {"[]", "{}", "[1]", "[{}]", more.get("text").asText() + " "}) {
            assertThatThrownBy(() -> TransferReceipt.readMoreSessions(bad.getBytes(UTF_8), 10_000))
                    .isInstanceOf(StatementException.class);
        }
        assertThatThrownBy(() -> TransferReceipt.readMoreSessions(blob, blob.length - 1))
                .isInstanceOf(StatementException.class);
    }

    /** Two log checkpoints are evidence where the log keys of one binding have signed them, all four lines, and no others. */
    @Test
    void a_fork_is_evidence_where_the_log_keys_signed_both() {
        JsonNode forks = VECTORS.get("forks");
        KeyBinding keys = binding(forks.get("binding").asText());
        forks.get("verify")
                .forEach(name -> ObservedFork.read(payload(RecordVectors.named(VECTORS.get("valid"), name.asText())))
                        .verify(keys, keys));
        forks.get("others").forEach(v -> {
            ObservedFork fork = ObservedFork.read(payload(v));
            assertThatThrownBy(() -> fork.verify(keys, keys))
                    .as(v.get("name").asText())
                    .isInstanceOf(StatementException.class);
        });
        ObservedFork fork = ObservedFork.read(payload(RecordVectors.named(
                VECTORS.get("valid"), forks.get("verify").get(0).asText())));
        KeyBinding next = binding(forks.get("next").asText());
        assertThatThrownBy(() -> fork.verify(keys, next)).hasMessageContaining("second: another key binding");
        assertThatThrownBy(() -> fork.verify(next, keys)).hasMessageContaining("first: another key binding");
    }

    /** The log's keys were replaced between the two. */
    @Test
    void a_fork_is_evidence_where_each_is_signed_by_the_keys_named_for_it() {
        JsonNode forks = VECTORS.get("forks");
        KeyBinding keys = binding(forks.get("binding").asText());
        KeyBinding next = binding(forks.get("next").asText());
        forks.get("over").forEach(name -> {
            ObservedFork fork = ObservedFork.read(payload(RecordVectors.named(VECTORS.get("valid"), name.asText())));
            fork.verify(keys, next);
            assertThatThrownBy(() -> fork.verify(next, keys)).hasMessageContaining("another key binding");
            assertThatThrownBy(() -> fork.verify(next, next)).hasMessageContaining("first: another key binding");
        });
    }

    private static KeyBinding binding(String name) {
        JsonNode vector =
                RecordVectors.named(RecordVectors.read("record/bindings.json").get("valid"), name);
        return KeyBinding.verify(RecordVectors.base64(vector, "binding"), RecordVectors.base64(vector, "proof"));
    }

    private enum Edit {
        REMOVED,
        NULL,
        NUMBER,
        TEXT,
        OBJECT,
        ARRAY,
        STRANGER;

        JsonNode apply(JsonNode root, List<Object> path) {
            JsonNode parent = root;
            for (Object step : path.subList(0, path.size() - 1)) {
                parent = step instanceof Integer i ? parent.get(i) : parent.get((String) step);
            }
            JsonNode old = path.getLast() instanceof Integer i ? parent.get(i) : parent.get((String) path.getLast());
            JsonNode value = switch (this) {
                case NUMBER -> old.isNumber() ? null : JSON.getNodeFactory().numberNode(7);
                case TEXT -> old.isTextual() ? null : JSON.getNodeFactory().textNode("x");
                case OBJECT -> JSON.createObjectNode();
                case ARRAY -> old.isArray() ? null : JSON.createArrayNode();
                case NULL -> JSON.nullNode();
                case REMOVED, STRANGER -> old;
            };
            if (value == null) {
                return null;
            }
            if (parent instanceof ObjectNode object) {
                String name = (String) path.getLast();
                switch (this) {
                    case REMOVED -> object.remove(name);
                    case STRANGER -> object.put("zz", 1);
                    default -> object.set(name, value);
                }
                return root;
            }
            if (this == REMOVED || this == STRANGER) {
                return null; // the length of arrays has cases of its own
            }
            ((ArrayNode) parent).set((Integer) path.getLast(), value);
            return root;
        }
    }

    private static List<List<Object>> paths(JsonNode node, List<Object> at) {
        List<List<Object>> paths = new ArrayList<>();
        if (!at.isEmpty()) {
            paths.add(at);
        }
        node.properties().forEach(e -> paths.addAll(paths(e.getValue(), plus(at, e.getKey()))));
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            paths.addAll(paths(node.get(i), plus(at, i)));
        }
        return paths;
    }

    private static List<Object> plus(List<Object> path, Object step) {
        List<Object> longer = new ArrayList<>(path);
        longer.add(step);
        return longer;
    }

    /** Written canonically, so that what is refused is the content. */
    private static boolean accepted(JsonNode statement) {
        try {
            byte[] text = statement.toString().contains("null")
                    ? statement.toString().getBytes(UTF_8)
                    : CanonicalJson.write(JSON.convertValue(statement, Object.class));
            Statement.read(text);
            return true;
        } catch (StatementException e) {
            return false;
        }
    }

    private static byte[] payload(JsonNode vector) {
        return vector.get("payload").asText().getBytes(UTF_8);
    }

    private static JsonNode tree(byte[] payload) {
        try {
            return JSON.readTree(payload);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
