package dev.carnet.daemon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gathers all problems of one file, so that people mend them in one go. */
final class Problems {
    private final Path file;
    private final List<Problem> found = new ArrayList<>();

    Problems(Path file) {
        this.file = file;
    }

    /** The file that is read now: its lines are meant, and paths are relative to it. */
    Path file() {
        return file;
    }

    void add(int line, String key, String sentence) {
        found.add(new Problem(file, line, key, sentence));
    }

    boolean none() {
        return found.isEmpty();
    }

    /** Everything of one file, and then of the next. */
    static ConfigException exception(List<Problems> files) {
        return new ConfigException(
                files.stream().flatMap(file -> file.sorted().stream()).toList());
    }

    ConfigException exception() {
        return new ConfigException(sorted());
    }

    private List<Problem> sorted() {
        return found.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
    }
}
