package dev.carnet.daemon.daybook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.policy.Sha256;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Which program this is: the digest of SPEC section 11 over what it was started with. */
public final class Distribution {
    private static final int BUFFER_BYTES = 1 << 18;

    private Distribution() {}

    /** Of this process's class path. Reads every jar of it: some tens of milliseconds. */
    public static String digest() {
        return digest(System.getProperty("java.class.path", ""));
    }

    /** @throws UncheckedIOException where a part of it cannot be read */
    static String digest(String classPath) {
        List<Line> lines = new ArrayList<>();
        for (String part : classPath.split(File.pathSeparator, -1)) {
            Path path = Path.of(part);
            Path name = path.toAbsolutePath().normalize().getFileName();
            if (part.isEmpty() || name == null) {
                continue;
            }
            if (Files.isRegularFile(path)) {
                lines.add(new Line(sha256(path), name.toString()));
            } else if (Files.isDirectory(path)) {
                lines.add(new Line(ofDirectory(path), name.toString()));
            }
        }
        return text(lines);
    }

    private record Line(String digest, String name) {}

    /** In the same form, over all files below it by their paths in it. */
    private static String ofDirectory(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            return text(all.filter(Files::isRegularFile)
                    .map(file ->
                            new Line(sha256(file), directory.relativize(file).toString()))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By the names' bytes; of one name, by digest. */
    private static String text(List<Line> lines) {
        StringBuilder text = new StringBuilder();
        lines.stream()
                .sorted(Comparator.<Line, byte[]>comparing(line -> line.name().getBytes(UTF_8), Arrays::compareUnsigned)
                        .thenComparing(Line::digest))
                .forEach(line -> text.append(line.digest())
                        .append(' ')
                        .append(line.name())
                        .append('\n'));
        return Sha256.hex(text.toString().getBytes(UTF_8));
    }

    private static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            var digest = dev.carnet.proto.ledger.Digests.sha256();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
