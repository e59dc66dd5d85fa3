package dev.carnet.daemon.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * One table of the file. Each method reads a key, reports what is wrong with its value and then gives the default (or nothing), so that reading goes on. A key that
 * nobody asked for is unknown: {@link #end}.
 */
final class Section {
    private final TomlTable table;
    private final String name;
    private final int line;
    private final Problems problems;
    private final Set<String> asked = new TreeSet<>();

    /**
     * @param name dotted; empty for the whole file
     * @param line where the table begins
     */
    Section(TomlTable table, String name, int line, Problems problems) {
        this.table = table;
        this.name = name;
        this.line = line;
        this.problems = problems;
    }

    String name() {
        return name;
    }

    /** The file that this table stands in. */
    Path file() {
        return problems.file();
    }

    /** Reports a problem with the value of a key, or with its absence. */
    void problem(String key, String sentence) {
        TomlPosition position = table.inputPositionOf(List.of(key));
        problems.add(position == null ? line : position.line(), dotted(key), sentence);
    }

    Optional<String> string(String key) {
        return value(key, String.class, "a string");
    }

    /** A string that has to be there. */
    Optional<String> required(String key) {
        if (absent(key)) {
            problem(key, "is missing and has no default");
            return Optional.empty();
        }
        return string(key);
    }

    boolean bool(String key, boolean otherwise) {
        return value(key, Boolean.class, "true or false").orElse(otherwise);
    }

    int integer(String key, int otherwise, int min, int max) {
        Optional<Long> number = value(key, Long.class, "a whole number");
        if (number.isPresent() && (number.get() < min || number.get() > max)) {
            problem(key, number.get() + " is not within " + min + " to " + max);
            return otherwise;
        }
        return number.map(Long::intValue).orElse(otherwise);
    }

    OptionalLong size(String key, long min, long max) {
        Optional<String> text = string(key);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        OptionalLong bytes = Quantity.size(text.get());
        if (bytes.isEmpty()) {
            problem(key, quote(text.get()) + " is no size: a whole number and one of " + Quantity.units(true));
        } else if (bytes.getAsLong() < min || bytes.getAsLong() > max) {
            problem(key, text.get() + " is not within " + Quantity.ofSize(min) + " to " + Quantity.ofSize(max));
            return OptionalLong.empty();
        }
        return bytes;
    }

    Duration duration(String key, Duration otherwise, Duration min, Duration max) {
        Optional<String> text = string(key);
        if (text.isEmpty()) {
            return otherwise;
        }
        Optional<Duration> duration = Quantity.duration(text.get());
        if (duration.isEmpty()) {
            problem(key, quote(text.get()) + " is no duration: a whole number and one of " + Quantity.units(false));
        } else if (duration.get().compareTo(min) < 0 || duration.get().compareTo(max) > 0) {
            problem(key, text.get() + " is not within " + Quantity.ofDuration(min) + " to " + Quantity.ofDuration(max));
            return otherwise;
        }
        return duration.orElse(otherwise);
    }

    /** One string, or an array of them; empty where the key is absent or wrong. */
    List<String> strings(String key, int max) {
        Object value = raw(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof String one) {
            return List.of(one);
        }
        if (!(value instanceof TomlArray array)
                || array.toList().stream().anyMatch(element -> !(element instanceof String))) {
            problem(key, "is not a string or an array of strings");
            return List.of();
        }
        if (array.size() > max) {
            problem(key, "has " + array.size() + " elements, more than " + max);
            return List.of();
        }
        return IntStream.range(0, array.size()).mapToObj(array::getString).toList();
    }

    /** Names and numbers, one or an array of them, each as text; empty where the key is absent or wrong. */
    List<String> names(String key, int max) {
        Object value = raw(key);
        List<?> given = value instanceof TomlArray array ? array.toList() : value == null ? List.of() : List.of(value);
        if (!given.stream().allMatch(element -> element instanceof String || element instanceof Long)) {
            problem(key, "is not a name or a number, or an array of them");
            return List.of();
        }
        if (given.size() > max) {
            problem(key, "has " + given.size() + " elements, more than " + max);
            return List.of();
        }
        return given.stream().map(String::valueOf).toList();
    }

    /** A table within this one; an empty one where it is absent. */
    Optional<Section> table(String key) {
        Object value = raw(key);
        if (value instanceof TomlTable inner) {
            TomlPosition position = table.inputPositionOf(List.of(key));
            return Optional.of(new Section(inner, dotted(key), position == null ? line : position.line(), problems));
        }
        if (value != null) {
            problem(key, "is not a table: write [" + dotted(key) + "]");
        }
        return Optional.empty();
    }

    /** The tables {@code [[key]]}, named {@code key[1]} and so on. */
    List<Section> tables(String key, int max) {
        Object value = raw(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof TomlArray array)
                || array.toList().stream().anyMatch(element -> !(element instanceof TomlTable))) {
            problem(key, "is not a list of tables: write [[" + dotted(key) + "]], once for each");
            return List.of();
        }
        if (array.size() > max) {
            problem(key, "is there " + array.size() + " times, more than " + max);
            return List.of();
        }
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            sections.add(new Section(
                    array.getTable(i),
                    dotted(key) + "[" + (i + 1) + "]",
                    array.inputPositionOf(i).line(),
                    problems));
        }
        return sections;
    }

    /** Every key there is, for a table whose keys the operator chooses. */
    Set<String> keys() {
        return new TreeSet<>(table.keySet());
    }

    boolean absent(String key) {
        return raw(key) == null;
    }

    /** Reports every key that nobody asked for. */
    void end() {
        for (String key : table.keySet()) {
            if (!asked.contains(key)) {
                problem(
                        key,
                        "is not known; allowed " + (name.isEmpty() ? "" : "in [" + name + "] ") + "are: "
                                + String.join(", ", asked));
            }
        }
    }

    private <T> Optional<T> value(String key, Class<T> type, String what) {
        Object value = raw(key);
        if (value != null && !type.isInstance(value)) {
            problem(key, "is not " + what);
            return Optional.empty();
        }
        return Optional.ofNullable(type.cast(value));
    }

    private @Nullable Object raw(String key) {
        asked.add(key);
        return table.get(List.of(key));
    }

    private String dotted(String key) {
        String last = key.matches("[A-Za-z0-9_-]+") ? key : quote(key);
        return name.isEmpty() ? last : name + "." + last;
    }

    /** A value as the file has it, fit for one line. */
    static String quote(String value) {
        return value.codePoints()
                .limit(200)
                .mapToObj(c -> Character.isISOControl(c) ? "?" : Character.toString(c))
                .collect(Collectors.joining("", "\"", "\""));
    }
}
