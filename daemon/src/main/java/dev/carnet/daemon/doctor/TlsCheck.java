package dev.carnet.daemon.doctor;

import java.util.List;
import java.util.function.Supplier;

/** Who encrypts, how keys are agreed on, and how fast on one core. */
public final class TlsCheck implements Check {
    private final Supplier<Facts> facts;

    /**
     * @param provider who computes AES-GCM
     * @param group the key agreement
     * @param megabytesPerSecond of AES-256-GCM on one core; 0 where it was not measured yet
     * @param megabytesPerSecondMin below it something is wrong
     */
    public record Facts(String provider, String group, double megabytesPerSecond, double megabytesPerSecondMin) {}

    public TlsCheck(Supplier<Facts> facts) {
        this.facts = facts;
    }

    @Override
    public String name() {
        return "TLS";
    }

    @Override
    public List<Finding> look() {
        Facts now = facts.get();
        long speed = Math.round(now.megabytesPerSecond());
        String found = "TLS 1.3, " + now.group() + ", AES-256-GCM by " + now.provider()
                + (speed > 0 ? ", " + speed + " MB/s on one core" : ", not measured yet");
        boolean slow = speed > 0 && now.megabytesPerSecond() < now.megabytesPerSecondMin();
        return List.of(
                slow
                        ? Finding.warning(
                                name(),
                                found,
                                "does this CPU have AES instructions, and is the C2 compiler on? carnetd needs both to be fast")
                        : Finding.ok(name(), found));
    }
}
