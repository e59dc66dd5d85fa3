package dev.carnet.proto.tree;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** proto/vectors/tree: texts and digests that other code made. */
class TreeVectorsTest {

    static Stream<Named<JsonNode>> valid() {
        return cases("valid.json");
    }

    static Stream<Named<JsonNode>> invalid() {
        return cases("invalid.json");
    }

    @ParameterizedTest
    @MethodSource("valid")
    void readsAndWritesTheSameBytes(JsonNode vector) throws IOException {
        byte[] text = vector.get("text").asText().getBytes(UTF_8);
        TreeReader reader = new TreeReader(new ByteArrayInputStream(text));
        List<TreeMember> members = new ArrayList<>();
        for (Optional<TreeMember> m = reader.next(); m.isPresent(); m = reader.next()) {
            members.add(m.orElseThrow());
        }
        TreeSummary summary = reader.summary();
        assertThat(summary.treeDigest().hex()).isEqualTo(vector.get("tree").asText());
        assertThat(summary.contentDigest().hex())
                .isEqualTo(vector.get("content").asText());
        assertThat(summary.files()).isEqualTo(vector.get("files").asInt());
        assertThat(summary.directories()).isEqualTo(vector.get("directories").asInt());
        assertThat(summary.logicalBytes())
                .isEqualTo(Long.parseLong(vector.get("bytes").asText()));
        assertThat(summary.textBytes()).isEqualTo(text.length);

        Collections.shuffle(members, new Random(7));
        members.sort(Comparator.comparing(TreeMember::path, MemberPath.ORDER));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TreeWriter writer = new TreeWriter(out);
        for (TreeMember member : members) {
            writer.add(member);
        }
        assertThat(writer.finish()).isEqualTo(summary);
        assertThat(out.toByteArray()).isEqualTo(text);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void refusesAndNamesTheLine(JsonNode vector) {
        byte[] text = Base64.getDecoder().decode(vector.get("base64").asText());
        long line = vector.get("line").asLong();
        assertThatThrownBy(() -> {
                    TreeReader reader = new TreeReader(new ByteArrayInputStream(text));
                    while (reader.next().isPresent()) {}
                })
                .isInstanceOfSatisfying(
                        TreeException.class, e -> assertThat(e.line()).isEqualTo(line))
                .hasMessageStartingWith("tree, line " + line + ": ")
                .hasMessageNotContaining("null");
    }

    private static Stream<Named<JsonNode>> cases(String name) {
        JsonNode cases;
        try {
            cases = new ObjectMapper().readTree(file(name).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(cases).isNotEmpty();
        return StreamSupport.stream(cases.spliterator(), false)
                .map(c -> Named.of(c.get("name").asText(), c));
    }

    private static Path file(String name) {
        return Stream.iterate(Path.of("").toAbsolutePath(), at -> at != null, Path::getParent)
                .map(at -> at.resolve("proto/vectors/tree").resolve(name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no proto/vectors/tree/" + name));
    }
}
