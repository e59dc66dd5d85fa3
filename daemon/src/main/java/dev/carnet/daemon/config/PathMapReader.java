package dev.carnet.daemon.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tables {@code [[path-map]]}. */
final class PathMapReader {
    static final int MAPS_MAX = 256;

    private final ConfigReader reader;
    private final PrincipalReader principals;
    private final List<PathMap> maps = new ArrayList<>();

    PathMapReader(ConfigReader reader, PrincipalReader principals) {
        this.reader = reader;
        this.principals = principals;
    }

    List<PathMap> maps() {
        return maps;
    }

    void read(Section section) {
        Optional<Path> from = absolute(section, "from");
        Optional<Path> to = absolute(section, "to");
        Optional<String> principal = section.string("principal");
        section.end();
        if (principal.isPresent() && !principals.named(principal.get())) {
            section.problem("principal", Section.quote(principal.get()) + " is not the label of a [[principal]]");
        }
        if (from.isEmpty() || to.isEmpty()) {
            return;
        }
        PathMap map = new PathMap(from.get(), to.get(), principal);
        if (maps.stream()
                .anyMatch(m -> m.from().equals(map.from()) && m.principal().equals(map.principal()))) {
            section.problem("from", map.from() + " is mapped already, for the same callers");
        }
        maps.add(map);
    }

    /** The caller's paths mean nothing relative to this file. */
    private Optional<Path> absolute(Section section, String key) {
        Optional<String> text = section.required(key);
        if (text.isPresent() && !text.get().startsWith("/")) {
            section.problem(key, Section.quote(text.get()) + " is not an absolute path");
            return Optional.empty();
        }
        return text.map(path -> reader.path(section, key, path));
    }
}
