package dev.carnet.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.carnet.daemon.api.Surroundings.Seen;
import dev.carnet.daemon.api.Surroundings.Sight;
import dev.carnet.daemon.config.PathMap;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.wire.v1.Code;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallerPathsTest {
    private static final Caller SOMEBODY = new Caller(5, 6, List.of(), 77);
    private static final List<PathMap> MAPS = List.of(
            map("/data", "/srv/data", ""),
            map("/data/deep", "/srv/deep", ""),
            map("/data", "/srv/mine", "mine"),
            map("/", "/srv/root", "all"));

    private static PathMap map(String from, String to, String principal) {
        return new PathMap(Path.of(from), Path.of(to), principal.isEmpty() ? Optional.empty() : Optional.of(principal));
    }

    private static CallerPaths paths(Sight sight) {
        return new CallerPaths(() -> MAPS, pid -> {
            assertThat(pid).isEqualTo(77);
            return new Seen(sight, "in another place");
        });
    }

    private static void assertRefused(Sight sight, String path, String principal, String... words) {
        assertThatExceptionOfType(ApiRefusal.class)
                .isThrownBy(() -> paths(sight).ours(path, SOMEBODY, principal))
                .satisfies(e -> {
                    assertThat(e.code()).isEqualTo(Code.BAD_SOURCE);
                    assertThat(e.reply().status()).isEqualTo(422);
                    assertThat(e.getMessage()).contains(words);
                });
    }

    @Test
    void who_sees_what_the_daemon_sees_says_what_it_means() {
        assertThat(paths(Sight.SAME).ours("/data/x", SOMEBODY, "p")).isEqualTo("/data/x");
        assertThat(paths(Sight.SAME).ours("//data/./x/", SOMEBODY, "p")).isEqualTo("//data/./x/");
    }

    @ParameterizedTest
    @EnumSource(
            value = Sight.class,
            names = {"OTHER", "UNKNOWN"})
    void a_map_says_what_a_path_is_here(Sight sight) {
        assertThat(paths(sight).ours("/data/x/y", SOMEBODY, "p")).isEqualTo("/srv/data/x/y");
        assertThat(paths(sight).ours("/data", SOMEBODY, "p")).isEqualTo("/srv/data");
        assertThat(paths(sight).ours("//data/./x//y/", SOMEBODY, "p")).isEqualTo("/srv/data/x/y");
        assertThat(paths(sight).ours("/data/deep/y", SOMEBODY, "p"))
                .as("the longest")
                .isEqualTo("/srv/deep/y");
        assertThat(paths(sight).ours("/data/deeper", SOMEBODY, "p"))
                .as("whole names")
                .isEqualTo("/srv/data/deeper");
        assertThat(paths(sight).ours("/elsewhere", SOMEBODY, "all"))
                .as("of one principal")
                .isEqualTo("/srv/root/elsewhere");
        assertThat(paths(sight).ours("/data/x", SOMEBODY, "all")).isEqualTo("/srv/data/x");
    }

    @Test
    void without_a_map_what_is_seen_elsewhere_is_refused_whether_it_is_here_or_not() {
        for (String path : List.of("/etc/passwd", "/no/such/thing", "/database")) {
            assertRefused(
                    Sight.OTHER,
                    path,
                    "p",
                    path
                            + " may be something else for this daemon, or nothing: the caller (process 77) is in another place.",
                    "[[path-map]] from = \"" + path + "\"");
        }
    }

    @Test
    void where_the_kernel_does_not_tell_the_path_is_taken_as_the_daemon_sees_it() {
        assertThat(paths(Sight.UNKNOWN).ours("/elsewhere/x", SOMEBODY, "p")).isEqualTo("/elsewhere/x");
    }

    @Test
    void who_has_ended_means_nothing() {
        assertRefused(Sight.GONE, "/data/x", "p", "the process 77 that connected has ended", "/data/x");
        assertRefused(Sight.GONE, "/elsewhere", "all", "has ended");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/data/../x", "/..", "/data/x/..", "/data/deep/../../etc/passwd", "/data//..//x"})
    void two_dots_are_refused_whoever_asks(String path) {
        for (Sight sight : Sight.values()) {
            assertRefused(sight, path, "p", path + " has '..' in it");
        }
        assertThat(paths(Sight.SAME).ours("/data/..x/y../...", SOMEBODY, "p")).isEqualTo("/data/..x/y../...");
    }

    @Test
    void the_daemon_itself_is_not_looked_at() {
        var none = new CallerPaths(List::of, pid -> {
            throw new AssertionError("asked for " + pid);
        });
        assertThat(none.ours("/x", Caller.DAEMON, "p")).isEqualTo("/x");
    }

    @Test
    void maps_are_those_of_the_moment() {
        List<PathMap> now = new ArrayList<>();
        var paths = new CallerPaths(() -> now, pid -> new Seen(Sight.OTHER, ""));
        assertThatExceptionOfType(ApiRefusal.class).isThrownBy(() -> paths.ours("/data/x", SOMEBODY, "p"));
        now.add(map("/data", "/srv", ""));
        assertThat(paths.ours("/data/x", SOMEBODY, "p")).isEqualTo("/srv/x");
    }
}
