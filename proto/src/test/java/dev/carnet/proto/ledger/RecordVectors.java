package dev.carnet.proto.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Named;

/** Files below proto/vectors, which other code made. */
public final class RecordVectors {
    private RecordVectors() {}

    /** A file, as {@code record/statements.json}. */
    public static JsonNode read(String name) {
        Path file = Stream.iterate(Path.of("").toAbsolutePath(), at -> at != null, Path::getParent)
                .map(at -> at.resolve("proto/vectors").resolve(name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no proto/vectors/" + name));
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The elements of an array, by their names. */
    public static Stream<Named<JsonNode>> cases(JsonNode array) {
        assertThat(array).isNotEmpty();
        return StreamSupport.stream(array.spliterator(), false)
                .map(c -> Named.of(c.get("name").asText(), c));
    }

    /** The element with this name. */
    public static JsonNode named(JsonNode array, String name) {
        return StreamSupport.stream(array.spliterator(), false)
                .filter(c -> c.get("name").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Bytes in base64. */
    public static byte[] base64(JsonNode vector, String member) {
        return Base64.getDecoder().decode(vector.get(member).asText());
    }
}
