package dev.carnet.daemon;

import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.LimitsConfig;
import dev.carnet.daemon.config.VolumeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What a running daemon cannot change: where it keeps its state, where it listens, its volumes, its memory. */
final class Fixed {
    private Fixed() {}

    /** The new configuration, with what cannot change as it was. */
    static DaemonConfig keep(DaemonConfig was, DaemonConfig wanted) {
        LimitsConfig limits = wanted.limits();
        return new DaemonConfig(
                wanted.file(),
                was.daemon(),
                wanted.identity(),
                was.volumes(),
                wanted.peers(),
                wanted.auditors(),
                wanted.policy(),
                wanted.rights(),
                wanted.revocation(),
                new LimitsConfig(
                        limits.streams(),
                        was.limits().sendBudgetBytes(),
                        was.limits().receiveBudgetBytes(),
                        limits.flushWindowBytesMin(),
                        limits.flushWindowBytesMax(),
                        limits.flushInterval(),
                        limits.stagingTtl(),
                        limits.beginTimeout(),
                        limits.receiptPending(),
                        limits.transfersPerPeer()));
    }

    /** The settings that were changed and need a restart, by name. */
    static List<String> changed(DaemonConfig was, DaemonConfig wanted) {
        List<String> names = new ArrayList<>();
        differ(names, "daemon.state", was.daemon().state(), wanted.daemon().state());
        differ(names, "daemon.listen", was.daemon().listen(), wanted.daemon().listen());
        differ(names, "daemon.socket", was.daemon().socket(), wanted.daemon().socket());
        differ(names, "daemon.origin", was.daemon().origin(), wanted.daemon().origin());
        differ(
                names,
                "limits.send-budget",
                was.limits().sendBudgetBytes(),
                wanted.limits().sendBudgetBytes());
        differ(
                names,
                "limits.receive-budget",
                was.limits().receiveBudgetBytes(),
                wanted.limits().receiveBudgetBytes());
        Stream.concat(was.volumes().stream(), wanted.volumes().stream())
                .map(VolumeConfig::name)
                .distinct()
                .forEach(name -> differ(names, "volume " + name, was.volume(name), wanted.volume(name)));
        return names;
    }

    private static void differ(List<String> names, String name, Object was, Object wanted) {
        if (!Objects.equals(was, wanted)) {
            names.add(name);
        }
    }
}
