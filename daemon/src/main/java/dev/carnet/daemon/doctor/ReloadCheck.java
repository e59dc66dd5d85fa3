package dev.carnet.daemon.doctor;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether the configuration that lies on disk is the one in force. */
final class ReloadCheck implements Check {
    private final Supplier<Optional<String>> broken;

    /** @param broken what was wrong at the last reload; empty where it went well */
    ReloadCheck(Supplier<Optional<String>> broken) {
        this.broken = broken;
    }

    @Override
    public String name() {
        return "reload";
    }

    @Override
    public List<Finding> look() {
        return List.of(broken.get()
                .map(
                        what -> Finding.error(
                                name(),
                                "the last reload failed, and what was in force before still is: " + what,
                                "mend it (carnetd --check --config FILE says what is wrong), then reload: SIGHUP, or POST /v1/reload"))
                .orElseGet(() -> Finding.ok(name(), "the configuration was read without complaint")));
    }
}
