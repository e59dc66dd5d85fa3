package dev.carnet.daemon.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/** Reads a configuration. What is unknown, wrong or contradictory is an error: nothing is guessed, and nothing is ignored. */
public final class Config {
    /** Bytes of a configuration. */
    public static final int FILE_BYTES_MAX = 1 << 20;

    private Config() {}

    /**
     * Reads the file and nothing else, but that links in directories are resolved to see which contains which. {@link ConfigCheck} looks at the files that it names.
     *
     * @throws ConfigException with everything that is wrong
     */
    public static DaemonConfig load(Path file) throws ConfigException {
        Path absolute = file.toAbsolutePath().normalize();
        Problems problems = new Problems(absolute);
        TomlParseResult toml = Toml.parse(text(absolute));
        for (TomlParseError error : toml.errors()) {
            problems.add(error.position().line(), "", String.valueOf(error.getMessage()));
        }
        if (!problems.none()) {
            throw problems.exception(); // what was understood of a broken text is nothing to judge
        }
        DaemonConfig config = new ConfigReader(absolute, problems).read(new Section(toml, "", 1, problems));
        if (!problems.none()) {
            throw problems.exception();
        }
        return config;
    }

    private static String text(Path file) throws ConfigException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(FILE_BYTES_MAX + 1);
        } catch (NoSuchFileException e) {
            throw whole(file, "there is no such file; daemon/docs/config.md says how to write one");
        } catch (IOException e) {
            throw whole(file, "cannot be read: " + e);
        }
        if (bytes.length > FILE_BYTES_MAX) {
            throw whole(file, "has more than " + Quantity.ofSize(FILE_BYTES_MAX));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw whole(file, "is not UTF-8");
        }
    }

    private static ConfigException whole(Path file, String sentence) {
        return new ConfigException(List.of(new Problem(file, 0, "", sentence)));
    }
}
