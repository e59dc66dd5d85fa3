package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.carnet.daemon.transfer.CheckpointView;
import dev.carnet.daemon.transfer.TransferView;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The description and the server say the same. */
@Timeout(30)
class OpenApiTest {
    private static final Map<String, String> FILE = keys();

    @TempDir
    private Path temp;

    /** Every key of the file with its value, by its whole path; blocks and lists are skipped. Enough of YAML for this file. */
    private static Map<String, String> keys() {
        Map<String, String> keys = new TreeMap<>();
        Deque<String> stack = new ArrayDeque<>();
        Deque<Integer> indents = new ArrayDeque<>();
        for (String line : text().lines().toList()) {
            var key = line.replaceFirst("^( *)- name: ", "$1  name/").strip();
            if (!key.matches("(name/.*|[^#:]+|\"[^\"]+\"):?.*") || key.isEmpty() || key.startsWith("#")) {
                continue;
            }
            int indent = line.length() - line.stripLeading().length();
            while (!indents.isEmpty() && indents.peek() >= indent) {
                indents.pop();
                stack.removeLast();
            }
            int colon = key.indexOf(':');
            indents.push(indent);
            stack.addLast((colon < 0 ? key : key.substring(0, colon)).replace("\"", ""));
            keys.put(
                    String.join(" ", stack),
                    colon < 0 ? "" : key.substring(colon + 1).strip());
        }
        return keys;
    }

    private static String text() {
        try (InputStream in = LocalApi.class.getResourceAsStream("openapi.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** "METHOD /path" of the file. */
    private static Set<String> operations() {
        return FILE.keySet().stream()
                .map(key -> key.split(" "))
                .filter(key -> key.length == 3 && key[0].equals("paths"))
                .map(key -> key[2].toUpperCase(java.util.Locale.ROOT) + " " + key[1])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> below(String prefix) {
        return FILE.keySet().stream()
                .filter(key -> key.startsWith(prefix + " "))
                .map(key -> key.substring(prefix.length() + 1).split(" ")[0])
                .collect(Collectors.toCollection(TreeSet::new));
    }

    static Stream<Route> routes() {
        return Endpoints.routes(new FakeTransfers(), new FakeFacts(), Gate.ownUser(), new CallerPaths(List::of))
                .stream();
    }

    @Test
    void every_route_is_described_and_every_description_has_a_route() {
        assertThat(operations())
                .hasSize(36)
                .isEqualTo(routes().map(route -> route.method() + " " + route.template())
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @MethodSource("routes")
    void query_parameters_are_described(Route route) {
        var prefix =
                "paths " + route.template() + " " + route.method().toLowerCase(java.util.Locale.ROOT) + " parameters";
        var described = below(prefix).stream()
                .filter(name -> name.startsWith("name/"))
                .map(name -> name.substring("name/".length()))
                .collect(Collectors.toSet());
        assertThat(described).isEqualTo(route.query());
    }

    static Stream<Class<?>> records() {
        return Stream.of(
                TransferView.class,
                CheckpointView.class,
                DaemonInfo.class,
                PeerInfo.class,
                PushBody.class,
                PullBody.class,
                PeerBody.class,
                PathBody.class,
                ExportBody.class,
                PeerAdded.class,
                VerifyBody.class,
                ReleaseBody.class,
                DestroyBody.class,
                TestBody.class);
    }

    private static String member(RecordComponent component) {
        var named = component.getAccessor().getAnnotation(JsonProperty.class);
        return named == null ? component.getName() : named.value();
    }

    @ParameterizedTest
    @MethodSource("records")
    void members_are_described(Class<?> type) {
        var components = Arrays.stream(type.getRecordComponents())
                .map(OpenApiTest::member)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(below("components schemas " + type.getSimpleName() + " properties"))
                .isEqualTo(components);
    }

    @ParameterizedTest
    @MethodSource("routes")
    void every_operation_answers_as_described(Route route) throws IOException {
        if (route.template().equals("/v1/events")) {
            return; // never ends: see EventsTest
        }
        if (route.template().startsWith("/v1/ledger/")) {
            return; // no JSON: see LedgerEndpointsTest
        }
        var transfers = new FakeTransfers();
        transfers.publish("m", "n");
        try (var api = LocalApi.create(temp.resolve("api/d.sock"), transfers, new FakeFacts())) {
            api.start();
            var push = Raw.post("/v1/transfers", "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\"}");
            try (var raw = new Raw(api.socket())) {
                assertThat(raw.send(push).answer().status()).isEqualTo(201);
                var target = route.template()
                        .replace("{alias}", "b")
                        .replace(
                                "{id}",
                                route.template().contains("/verifications/")
                                        ? FakeQuestions.JOB
                                        : route.template().contains("/jobs/")
                                                ? FakeJobs.ID
                                                : "00000000000000000000000000001000");
                var request = route.method().equals("GET")
                        ? Raw.get(
                                target.endsWith("b/checkpoints")
                                        ? target + "?volume=m"
                                        : target.endsWith("/checkpoint") || target.endsWith("/bundle")
                                                ? target + "?volume=m&name=n"
                                                : target)
                        : Raw.post(target, bodyOf(route.template()));
                var answer = raw.send(request).answer();
                if (target.endsWith("/continue")) {
                    assertSchema(answer.json(), "Problem");
                    return;
                }
                var responses = "paths " + route.template() + " "
                        + route.method().toLowerCase(java.util.Locale.ROOT) + " responses";
                assertThat(below(responses)).contains(String.valueOf(answer.status()));
                assertBody(answer.json(), responses + " " + answer.status() + " content application/json schema");
            }
        }
    }

    private static String bodyOf(String template) {
        return switch (template) {
            case "/v1/transfers" -> "{\"source\":\"/x\",\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\"}";
            case "/v1/pulls" ->
                "{\"peer\":\"b\",\"volume\":\"m\",\"name\":\"n\",\"to_volume\":\"m\",\"to_name\":\"n\"}";
            case "/v1/peers" -> "{\"alias\":\"d\",\"id\":\"spiffe://a.test/d\"}";
            case "/v1/seals", "/v1/adoptions", "/v1/exports" -> "{\"path\":\"/x\"}";
            case "/v1/verifications", "/v1/peers/{alias}/verifications" -> "{\"volume\":\"m\",\"name\":\"n\"}";
            case "/v1/releases" -> "{\"volume\":\"m\",\"name\":\"n\",\"reason\":\"too old\"}";
            case "/v1/destructions" -> "{\"volume\":\"m\",\"name\":\"n\",\"confirm\":\"m/n\"}";
            default -> "";
        };
    }

    private static void assertBody(JsonNode body, String schema) {
        var reference = FILE.get(schema + " $ref");
        if (reference != null) {
            assertSchema(body, reference.replaceAll(".*/|\"", ""));
            return;
        }
        var member = below(schema + " properties").iterator().next();
        var item = FILE.get(schema + " properties " + member + " items $ref").replaceAll(".*/|\"", "");
        assertThat(body.get(member)).as(member).isNotNull();
        body.get(member).forEach(element -> assertSchema(element, item));
    }

    private static void assertSchema(JsonNode object, String schema) {
        var prefix = "components schemas " + schema + " properties";
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        assertThat(names).as(schema).isEqualTo(below(prefix));
        for (String name : names) {
            assertThat(types(FILE.get(prefix + " " + name + " type")))
                    .as(schema + "." + name)
                    .contains(type(object.get(name)));
        }
    }

    private static List<String> types(String text) {
        var types = Arrays.stream(text.replaceAll("[\\[\\]\" ]", "").split(",")).toList();
        return types.contains("number") ? List.of("number", "integer") : types;
    }

    private static String type(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NULL -> "null";
            case ARRAY -> "array";
            case NUMBER -> node.isIntegralNumber() ? "integer" : "number";
            default -> "object";
        };
    }
}
