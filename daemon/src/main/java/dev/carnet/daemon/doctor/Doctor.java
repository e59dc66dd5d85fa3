package dev.carnet.daemon.doctor;

import dev.carnet.daemon.config.DaemonConfig;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Runs checks, one after the other. A check that fails is a finding, never the end of the others. */
public final class Doctor {
    private final List<Check> checks;

    public Doctor(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    /**
     * Everything there is to look at.
     *
     * @param tls what this daemon's TLS is made of
     * @param revocation what is in force, and whom it has refused
     * @param ledger what its log waits for, and which peers' logs are not to be believed
     * @param broken what was wrong at the last reload; empty where it went well
     */
    public static Doctor of(
            DaemonConfig config,
            InstantSource clock,
            Supplier<TlsCheck.Facts> tls,
            Supplier<RevocationCheck.Facts> revocation,
            Supplier<LedgerLook.Facts> ledger,
            Supplier<Optional<String>> broken) {
        return new Doctor(List.of(
                new ReloadCheck(broken),
                new HashCheck(HashCheck::measured),
                new TlsCheck(tls),
                new JvmCheck(JvmCheck.Facts::ofThisJvm),
                new StorageCheck(config),
                new IdentityCheck(config, clock),
                new RevocationCheck(revocation, clock),
                new LedgerLook(ledger),
                new ClockCheck(KernelClock::synchronised),
                new LimitsCheck(config, LimitsCheck.Facts::ofThisProcess)));
    }

    /** Takes a second or two. */
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        for (Check check : checks) {
            try {
                findings.addAll(check.look());
            } catch (RuntimeException | LinkageError e) {
                findings.add(Finding.error(
                        check.name(), "the check itself failed: " + e, "this is a bug in carnetd: please report it"));
            }
        }
        return List.copyOf(findings);
    }
}
