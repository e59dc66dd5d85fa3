package dev.carnet.daemon.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carnet.proto.ledger.KeyProof;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** What lies below proto/vectors, where a target has to know what is good. */
final class Vectors {
    private record Binding(byte[] binding, byte[] proof) {}

    private static final List<Binding> BINDINGS = bindings();

    /** Every CA of the vectors' chains. */
    static final List<X509Certificate> ANCHORS = BINDINGS.stream()
            .flatMap(b -> KeyProof.read(b.proof).certificates().stream())
            .filter(certificate -> certificate.getBasicConstraints() >= 0)
            .distinct()
            .toList();

    private Vectors() {}

    static JsonNode read(String name) {
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

    static byte[] base64(JsonNode vector, String member) {
        return Base64.getDecoder().decode(vector.get(member).asText());
    }

    static boolean isBinding(byte[] binding, byte[] proof) {
        return BINDINGS.stream().anyMatch(b -> Arrays.equals(b.binding, binding) && Arrays.equals(b.proof, proof));
    }

    static boolean isCertificate(byte[] der) {
        return BINDINGS.stream()
                .anyMatch(b -> KeyProof.read(b.proof).chain().stream().anyMatch(known -> Arrays.equals(known, der)));
    }

    private static List<Binding> bindings() {
        List<Binding> bindings = new ArrayList<>();
        read("record/bindings.json")
                .get("valid")
                .forEach(v -> bindings.add(new Binding(base64(v, "binding"), base64(v, "proof"))));
        return bindings;
    }
}
