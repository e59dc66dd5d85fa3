package dev.carnet.daemon.endtoend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Statement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a daemon's journal says, found in its files without any of the daemon's code: envelopes have one encoding. */
final class Journals {
    private static final Pattern ENVELOPE = Pattern.compile(
            "\\{\"payload\":\"[A-Za-z0-9+/]+={0,2}\",\"payloadType\":\"application/vnd\\.in-toto\\+json\","
                    + "\"signatures\":\\[(?:\\{\"keyid\":\"[0-9a-f]{64}\",\"sig\":\"[A-Za-z0-9+/]+={0,2}\"},?)+]}");

    private Journals() {}

    /** The statements of one type, in their order. */
    static <S extends Statement> List<S> read(Path state, Class<S> type) {
        List<S> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(state.resolve("ledger/journal"))) {
            for (Path file :
                    all.filter(f -> f.toString().endsWith(".cq4")).sorted().toList()) {
                var matcher = ENVELOPE.matcher(new String(Files.readAllBytes(file), ISO_8859_1));
                while (matcher.find()) {
                    Statement statement = Statement.read(
                            Dsse.parse(matcher.group().getBytes(ISO_8859_1)).payload());
                    if (type.isInstance(statement)) {
                        found.add(type.cast(statement));
                    }
                }
            }
            return found;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
