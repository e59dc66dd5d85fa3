package dev.carnet.client.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/** The ledgers of proto/vectors/ledger, which other code wrote, and what is expected of them. */
final class LedgerVectors {
    private static final Path FOLDER = Stream.iterate(Path.of("").toAbsolutePath(), at -> at != null, Path::getParent)
            .map(at -> at.resolve("proto/vectors/ledger"))
            .filter(Files::isDirectory)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no proto/vectors/ledger"));

    private LedgerVectors() {}

    /**
     * A case.
     *
     * @param ledgers made below a folder of the test
     * @param trust a trust file; empty where there is none
     * @param findings what has to be found, and no more
     * @param exit the exit code
     * @param custody what has to be derived, in canonical form; empty where nothing is said of it
     */
    record Case(
            List<LedgerFiles> ledgers,
            Optional<byte[]> trust,
            Set<Expected> findings,
            int exit,
            Optional<String> custody) {}

    /**
     * A finding.
     *
     * @param ledger which one of the case
     * @param kind as LEDGER.md calls it
     * @param place a file, or {@code entry N}
     */
    record Expected(int ledger, String kind, String place) {
        static Expected of(int ledger, Finding finding) {
            String place =
                    finding.entry().isPresent() ? "entry " + finding.entry().getAsLong() : finding.place();
            return new Expected(ledger, finding.kind().label(), place);
        }
    }

    /** All cases, by name. */
    static Stream<Named<JsonNode>> all() {
        List<Named<JsonNode>> cases = new ArrayList<>();
        for (JsonNode one : json("cases.json")) {
            cases.add(Named.of(one.get("name").asText(), one));
        }
        return cases.stream();
    }

    /** Makes the ledgers of a case. */
    static Case make(JsonNode json, Path work) throws IOException {
        List<LedgerFiles> ledgers = new ArrayList<>();
        for (JsonNode ledger : json.get("ledgers")) {
            Path to = work.resolve(String.valueOf(ledgers.size()));
            copy(ledger, to);
            ledgers.add(new DirectoryFiles(to));
        }
        Set<Expected> findings = new HashSet<>();
        for (JsonNode finding : json.get("findings")) {
            findings.add(new Expected(
                    finding.get("ledger").asInt(),
                    finding.get("kind").asText(),
                    finding.get("place").asText()));
        }
        return new Case(
                ledgers,
                json.has("trust")
                        ? Optional.of(Files.readAllBytes(FOLDER.resolve("trust")
                                .resolve(json.get("trust").asText())))
                        : Optional.empty(),
                findings,
                json.get("exit").asInt(),
                json.has("custody")
                        ? Optional.of(Files.readString(FOLDER.resolve("custody")
                                .resolve(json.get("custody").asText() + ".json")))
                        : Optional.empty());
    }

    private static void copy(JsonNode ledger, Path to) throws IOException {
        Path base = FOLDER.resolve("ledgers").resolve(ledger.get("base").asText());
        try (Stream<Path> files = Files.walk(base)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                write(to.resolve(base.relativize(file).toString()), Files.readAllBytes(file));
            }
        }
        for (JsonNode splice : ledger.path("splices")) {
            String file = splice.get("file").asText();
            Path source = base.resolve(splice.path("of").asText(file));
            byte[] was = Files.exists(source) ? Files.readAllBytes(source) : new byte[0];
            byte[] put = Base64.getDecoder().decode(splice.get("put").asText());
            int at = splice.get("at").asInt();
            int cut = splice.get("cut").asInt();
            byte[] now = Arrays.copyOf(was, was.length - cut + put.length);
            System.arraycopy(put, 0, now, at, put.length);
            System.arraycopy(was, at + cut, now, at + put.length, was.length - at - cut);
            write(to.resolve(file), now);
        }
        for (JsonNode gone : ledger.path("gone")) {
            Files.delete(to.resolve(gone.asText()));
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private static JsonNode json(String name) {
        try (InputStream in = Files.newInputStream(FOLDER.resolve(name))) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
