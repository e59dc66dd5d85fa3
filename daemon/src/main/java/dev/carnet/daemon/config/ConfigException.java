package dev.carnet.daemon.config;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration cannot be used; the message has all of its problems, one a line. */
public final class ConfigException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** In the order of the file. */
    public List<Problem> problems() {
        return problems;
    }
}
