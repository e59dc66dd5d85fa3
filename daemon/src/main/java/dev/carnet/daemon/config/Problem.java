package dev.carnet.daemon.config;

import java.nio.file.Path;

/**
 * One thing that is wrong with a configuration.
 *
 * @param file the configuration
 * @param line from 1; 0 where the whole file is meant
 * @param key dotted, such as {@code volume[2].path}; empty where no key is meant
 * @param sentence what is wrong and what is allowed
 */
public record Problem(Path file, int line, String key, String sentence) {
    /** As compilers write it: {@code file:line: key: sentence}. */
    @Override
    public String toString() {
        return file + ":" + (line > 0 ? line + ":" : "") + " " + (key.isEmpty() ? "" : key + ": ") + sentence;
    }
}
