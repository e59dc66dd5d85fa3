package dev.carnet.daemon.api;

import dev.carnet.daemon.api.Surroundings.Sight;
import dev.carnet.daemon.config.PathMap;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.wire.v1.Code;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes this daemon's paths of those that callers give. Where a caller sees other files than the daemon, the same path may be other bytes: without a map it is refused. */
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
        Sight sight = caller.equals(Caller.DAEMON) ? Sight.SAME : surroundings.of(caller.pid());
        if (sight == Sight.SAME) {
            return given;
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
        if (sight == Sight.UNKNOWN) {
            return given;
        }
        boolean here = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        throw new ApiRefusal(
                422,
                Code.BAD_SOURCE,
                given
                        + (here
                                ? " is for this daemon perhaps not what it is for the caller"
                                : " does not exist for this daemon")
                        + ": the caller runs in another mount namespace (a container?). Map it with [[path-map]] from = \""
                        + path + "\", to = the path here, in the daemon's configuration, and reload");
    }
}
