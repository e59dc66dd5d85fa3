package dev.carnet.proto.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carnet.proto.hash.Hash32;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Proofs of others, good and broken: with the directory that carnet.shared.vectors names, or one beside the repository. */
class SharedProofsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static List<Path> files(String kind) throws IOException {
        Path told = Stream.iterate(Path.of("").toAbsolutePath(), directory -> directory != null, Path::getParent)
                .map(directory -> directory.resolve("shared/vectors/merkle").resolve(kind))
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(Path.of(System.getProperty("carnet.shared.vectors", "/nonexistent"), "merkle", kind));
        assumeTrue(Files.isDirectory(told), "shared/vectors/merkle beside the repository");
        try (Stream<Path> walk = Files.walk(told)) {
            return walk.filter(path -> path.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private static Hash32 hash(JsonNode node) throws IOException {
        byte[] bytes = node.isNull() ? new byte[0] : node.binaryValue();
        if (bytes.length != Hash32.BYTES) {
            throw new LogException("a hash has 32 bytes");
        }
        return Hash32.of(bytes);
    }

    /** A vector of equal sizes has words for a root that nobody looks at but to compare it. */
    private static Hash32 root(JsonNode json, String member) throws IOException {
        byte[] bytes = json.get(member).binaryValue();
        boolean words = bytes.length != Hash32.BYTES
                && json.get("size1").equals(json.get("size2"))
                && json.get("size1").asLong() == 1;
        return words ? Merkle.leaf(bytes) : hash(json.get(member));
    }

    private static List<Hash32> proof(JsonNode node) throws IOException {
        List<Hash32> proof = new ArrayList<>();
        for (JsonNode element : node) {
            proof.add(hash(element));
        }
        return proof;
    }

    private interface Check {
        void run() throws IOException;
    }

    private static void holds(Path file, JsonNode json, Check check) throws IOException {
        if (json.get("wantErr").asBoolean()) {
            assertThatThrownBy(check::run).as("%s", file).isInstanceOf(LogException.class);
        } else {
            check.run();
        }
    }

    @Test
    void inclusion() throws IOException {
        List<Path> files = files("inclusion");
        assertThat(files).hasSizeGreaterThan(50);
        for (Path file : files) {
            JsonNode json = JSON.readTree(file.toFile());
            holds(
                    file,
                    json,
                    () -> Proofs.checkInclusion(
                            json.get("leafIdx").asLong(),
                            json.get("treeSize").asLong(),
                            hash(json.get("leafHash")),
                            proof(json.get("proof")),
                            hash(json.get("root"))));
        }
    }

    @Test
    void consistency() throws IOException {
        List<Path> files = files("consistency");
        assertThat(files).hasSizeGreaterThan(50);
        for (Path file : files) {
            JsonNode json = JSON.readTree(file.toFile());
            holds(
                    file,
                    json,
                    () -> Proofs.checkConsistency(
                            json.get("size1").asLong(),
                            json.get("size2").asLong(),
                            root(json, "root1"),
                            root(json, "root2"),
                            proof(json.get("proof"))));
        }
    }
}
