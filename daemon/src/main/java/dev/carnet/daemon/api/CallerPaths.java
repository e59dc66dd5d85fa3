package dev.carnet.daemon.api;

import dev.carnet.daemon.api.Surroundings.Seen;
import dev.carnet.daemon.api.Surroundings.Sight;
import dev.carnet.daemon.config.PathMap;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.wire.v1.Code;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes this daemon's paths of those that callers give. Where a caller sees other files than the daemon, the same path may be other bytes: without a map it is refused. What is refused says nothing of what
 * lies here: the caller may not be allowed to know.
 */
public final class CallerPaths {
    private final Supplier<List<PathMap>> maps;
    private final Surroundings surroundings;

    public CallerPaths(Supplier<List<PathMap>> maps) {
        this(maps, Surroundings.KERNEL);
    }

    CallerPaths(Supplier<List<PathMap>> maps, Surroundings surroundings) {
        this.maps = maps;
        this.surroundings = surroundings;
    }

    /**
     * The path as this daemon has to write it.
     *
     * @param given absolute, by the caller
     * @throws ApiRefusal 422 BAD_SOURCE
     */
    String ours(String given, Caller caller, String principal) {
        if (Arrays.asList(given.split("/")).contains("..")) {
            throw refused(
                    given + " has '..' in it, which behind a link means another place than it says: write the path"
                            + " without");
        }
        Seen seen = caller.equals(Caller.DAEMON) ? Seen.SAME : surroundings.of(caller.pid());
        if (seen.sight() == Sight.SAME) {
            return given;
        }
        if (seen.sight() == Sight.GONE) {
            throw refused("the process " + caller.pid() + " that connected has ended, so that nobody can tell what "
                    + given + " was for it: let the process that opens the connection wait for the answer");
        }
        Path path;
        try {
            path = Path.of(given).normalize();
        } catch (InvalidPathException e) {
            return given; // whoever looks for it says why it is no path
        }
        Optional<PathMap> map = maps.get().stream()
                .filter(m -> m.principal().isEmpty() || m.principal().get().equals(principal))
                .filter(m -> path.startsWith(m.from()))
                .max(Comparator.comparingInt(m -> m.from().getNameCount()));
        if (map.isPresent()) {
            return map.get()
                    .to()
                    .resolve(map.get().from().relativize(path))
                    .normalize()
                    .toString();
        }
        if (seen.sight() == Sight.UNKNOWN) {
            return given;
        }
        throw refused(given + " may be something else for this daemon, or nothing: the caller (process " + caller.pid()
                + ") is "
                + seen.why() + ". Map it with [[path-map]] from = \"" + path
                + "\", to = the path here, in the daemon's configuration, and reload");
    }

    private static ApiRefusal refused(String sentence) {
        return new ApiRefusal(422, Code.BAD_SOURCE, sentence);
    }
}
