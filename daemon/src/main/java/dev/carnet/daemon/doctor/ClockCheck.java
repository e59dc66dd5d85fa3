package dev.carnet.daemon.doctor;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Whether something keeps this machine's clock right: certificates and the times in the ledger depend on it. */
final class ClockCheck implements Check {
    private final Supplier<Optional<Boolean>> synchronised;

    /** @param synchronised empty where nobody can tell */
    ClockCheck(Supplier<Optional<Boolean>> synchronised) {
        this.synchronised = synchronised;
    }

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public List<Finding> look() {
        Optional<Boolean> now = synchronised.get();
        if (now.isEmpty()) {
            return List.of(Finding.warning(
                    name(), "unknown: the kernel does not tell", "make sure that NTP keeps the clock of this machine"));
        }
        return List.of(
                now.get()
                        ? Finding.ok(name(), "kept by NTP")
                        : Finding.warning(
                                name(),
                                "the kernel says that nothing keeps it",
                                "run chrony or systemd-timesyncd: certificates and the times in the ledger need it"
                                        + " (inside a virtual machine the host may keep it all the same)"));
    }
}
