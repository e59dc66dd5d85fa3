package dev.carnet.daemon.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/** Reads a configuration. What is unknown, wrong or contradictory is an error: nothing is guessed, and nothing is ignored. */
public final class Config {
    /** Bytes of a configuration. */
    public static final int FILE_BYTES_MAX = 1 << 20;

    /** Files beside it that add to it. */
    public static final int PARTS_MAX = 1_024;

    private static final String SUFFIX = ".toml";

    private Config() {}

    /** As {@link #load(Path, Defaults)}, for a daemon of the system. */
    public static DaemonConfig load(Path file) throws ConfigException {
        return load(file, Defaults.SYSTEM);
    }

    /**
     * Reads the file, what lies in {@link #dropIns} of it, and nothing else; but links in directories are resolved to see which contains which, and names of users and groups are
     * looked up. {@link ConfigCheck} looks at the files that it names.
     *
     * @throws ConfigException with everything that is wrong
     */
    public static DaemonConfig load(Path file, Defaults defaults) throws ConfigException {
        Path absolute = file.toAbsolutePath().normalize();
        List<Problems> files = new ArrayList<>();
        Section root = parsed(absolute, files);
        List<Section> more = new ArrayList<>();
        for (Path part : parts(dropIns(absolute))) {
            more.add(parsed(part, files));
        }
        if (!files.stream().allMatch(Problems::none)) {
            throw Problems.exception(files); // what was understood of a broken text is nothing to judge
        }
        DaemonConfig config = new ConfigReader(absolute, files.getFirst(), defaults).read(root, more);
        if (!files.stream().allMatch(Problems::none)) {
            throw Problems.exception(files);
        }
        return config;
    }

    /**
     * The directory beside a configuration whose files {@code *.toml}, in the order of their names, add peers, rules, anchors and refusals: {@code carnetd.d} for
     * {@code carnetd.toml}. It may be missing.
     */
    public static Path dropIns(Path file) {
        String name = String.valueOf(file.getFileName());
        String stem = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
        return file.resolveSibling(stem + ".d");
    }

    private static Section parsed(Path file, List<Problems> files) throws ConfigException {
        Problems problems = new Problems(file);
        files.add(problems);
        TomlParseResult toml = Toml.parse(text(file));
        for (TomlParseError error : toml.errors()) {
            problems.add(error.position().line(), "", String.valueOf(error.getMessage()));
        }
        return new Section(toml, "", 1, problems);
    }

    private static List<Path> parts(Path directory) throws ConfigException {
        try (Stream<Path> all = Files.list(directory)) {
            List<Path> parts = all.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.endsWith(SUFFIX) && !name.startsWith(".");
                    })
                    .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                    .limit(PARTS_MAX + 1L)
                    .toList();
            if (parts.size() > PARTS_MAX) {
                throw whole(directory, "has more than " + PARTS_MAX + " files *" + SUFFIX);
            }
            return parts;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw whole(directory, "cannot be read: " + e);
        }
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
