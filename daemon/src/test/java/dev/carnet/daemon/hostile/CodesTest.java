package dev.carnet.daemon.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.wire.v1.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

/** Every error code of SPEC section 13 is raised by a test: by a case of {@link HostilePeerTest}, which sees it, or by one that {@code codes.txt} names. */
class CodesTest {
    /** Shrinks, and never grows. */
    private static final Set<Code> NOT_YET = Set.of();

    private static final String REASON = "not yet: ";

    private static Map<Code, String> registry() throws IOException {
        try (InputStream in = CodesTest.class.getResourceAsStream("codes.txt")) {
            Map<Code, String> lines = new TreeMap<>();
            new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ", 2))
                    .forEach(pair -> assertThat(lines.put(Code.valueOf(pair[0]), pair[1]))
                            .as(pair[0])
                            .isNull());
            return lines;
        }
    }

    private static Set<Code> byHostilePeers() {
        return Cases.all().stream()
                .map(Misbehaviour::code)
                .filter(code -> code != Code.CODE_UNSPECIFIED)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void every_code_is_raised_by_a_test() throws IOException {
        Set<Code> covered = byHostilePeers();
        registry()
                .keySet()
                .forEach(code -> assertThat(covered.add(code))
                        .as(code + " is raised by the hostile peer: its line in codes.txt is of no use")
                        .isTrue());
        Set<Code> all = Arrays.stream(Code.values())
                .filter(code -> code != Code.UNRECOGNIZED && code != Code.CODE_UNSPECIFIED)
                .collect(Collectors.toSet());
        assertThat(covered).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void what_cannot_be_raised_yet_has_a_reason_and_grows_no_more() throws IOException {
        Set<Code> missing = registry().entrySet().stream()
                .filter(line -> line.getValue().startsWith(REASON))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertThat(missing).isSubsetOf(NOT_YET);
    }

    @Test
    void the_tests_that_are_named_exist_and_name_the_code() throws Exception {
        for (Map.Entry<Code, String> line : registry().entrySet()) {
            if (line.getValue().startsWith(REASON)) {
                continue;
            }
            String[] place = line.getValue().split("#", 2);
            Class<?> test = Class.forName(place[0]);
            Optional<java.lang.reflect.Method> method = Stream.of(test.getDeclaredMethods())
                    .filter(m -> m.getName().equals(place[1]))
                    .findFirst();
            assertThat(method).as(line.toString()).isPresent();
            assertThat(method.get().isAnnotationPresent(Test.class)
                            || method.get().isAnnotationPresent(TestFactory.class)
                            || method.get().isAnnotationPresent(ParameterizedTest.class))
                    .as(line + " is a test")
                    .isTrue();
            assertThat(Files.readString(source(test)))
                    .as(line.toString())
                    .contains(line.getKey().name());
        }
    }

    private static Path source(Class<?> test) {
        Path inModule = Path.of("src/test/java", test.getName().replace('.', '/') + ".java");
        return Files.exists(inModule) ? inModule : Path.of("daemon").resolve(inModule);
    }

    /** The table of SPEC and the enum of control.proto say the same. */
    @Test
    void spec_lists_the_codes_that_there_are() throws IOException {
        Path spec = Stream.of("../proto/SPEC.md", "proto/SPEC.md")
                .map(Path::of)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        Set<String> listed = Files.readString(spec)
                .lines()
                .dropWhile(line -> !line.startsWith("## 13 "))
                .takeWhile(line -> !line.startsWith("## 14 "))
                .filter(line -> line.matches("\\| [A-Z_]+ \\| \\d+ \\|.*"))
                .map(line -> line.split("\\|")[1].strip() + " " + line.split("\\|")[2].strip())
                .collect(Collectors.toSet());
        Set<String> known = Arrays.stream(Code.values())
                .filter(code -> code != Code.UNRECOGNIZED && code != Code.CODE_UNSPECIFIED)
                .map(code -> code.name() + " " + code.getNumber())
                .collect(Collectors.toSet());
        assertThat(listed).isEqualTo(known);
    }
}
