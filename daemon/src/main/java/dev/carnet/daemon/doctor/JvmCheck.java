package dev.carnet.daemon.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Whether this Java was started as daemon/jvm.flags says: what is missing fails late, and elsewhere. */
final class JvmCheck implements Check {
    private static final String WHAT_TO_DO =
            "start carnetd with its launcher, which reads jvm.flags; CARNETD_OPTS adds flags and replaces none";

    private final Supplier<Facts> facts;

    /** @param missing flags or settings, each in a few words */
    record Facts(String version, List<String> missing, String pathEncoding) {
        static Facts ofThisJvm() {
            List<String> missing = new ArrayList<>();
            Module own = JvmCheck.class.getModule();
            Module base = Object.class.getModule();
            if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
                missing.add("--add-modules=jdk.incubator.vector");
            }
            if (!own.isNativeAccessEnabled()) {
                missing.add("--enable-native-access=ALL-UNNAMED");
            }
            for (String opened :
                    List.of("java.lang", "java.lang.reflect", "java.nio", "java.nio.channels.spi", "sun.nio.ch")) {
                if (!base.isOpen(opened, own)) {
                    missing.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
                }
            }
            if (!base.isExported("jdk.internal.ref", own)) {
                missing.add("--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED");
            }
            if (!Boolean.getBoolean("chronicle.analytics.disable")) {
                missing.add("-Dchronicle.analytics.disable=true");
            }
            return new Facts(Runtime.version().toString(), missing, System.getProperty("sun.jnu.encoding", "unknown"));
        }
    }

    JvmCheck(Supplier<Facts> facts) {
        this.facts = facts;
    }

    @Override
    public String name() {
        return "Java";
    }

    @Override
    public List<Finding> look() {
        Facts now = facts.get();
        List<Finding> findings = new ArrayList<>();
        findings.add(
                now.missing().isEmpty()
                        ? Finding.ok(name(), "Java " + now.version() + " with all flags of jvm.flags")
                        : Finding.error(
                                name(),
                                "Java " + now.version() + " was started without " + String.join(", ", now.missing()),
                                WHAT_TO_DO));
        if (!now.pathEncoding().equals("UTF-8")) {
            findings.add(Finding.error(
                    "locale",
                    "names of files are " + now.pathEncoding() + " to Java: one with other characters cannot be opened",
                    "start carnetd with LC_ALL=C.UTF-8 in its environment, as its launcher does"));
        }
        return findings;
    }
}
