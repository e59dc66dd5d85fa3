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

    void add(int line, String key, String sentence) {
        found.add(new Problem(file, line, key, sentence));
    }

    boolean none() {
        return found.isEmpty();
    }

    ConfigException exception() {
        return new ConfigException(
                found.stream().sorted(Comparator.comparingInt(Problem::line)).toList());
    }
}
