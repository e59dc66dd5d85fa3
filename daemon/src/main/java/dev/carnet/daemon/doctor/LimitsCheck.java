package dev.carnet.daemon.doctor;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.carnet.daemon.config.DaemonConfig;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Open files and memory: what the system gives, and whether it is enough. */
final class LimitsCheck implements Check {
    private static final long MIB = 1L << 20;

    /** Each unfinished file has a descriptor until it is forced, and each session and stream has one. */
    static final long OPEN_FILES_WANTED = 4_096;

    /** What the daemon may take by default, with as much again for the page cache that it writes through. */
    static final long MEMORY_WANTED = 1_024 * MIB;

    /** Direct memory besides chunks: the network's buffers, codecs, records. */
    static final long DIRECT_RESERVE = 48 * MIB;

    private final DaemonConfig config;
    private final Supplier<Facts> facts;

    /**
     * @param openFilesMax of this process
     * @param memoryBytes of the machine, or of the container where that is less
     * @param directBytesMax the JVM's
     */
    record Facts(long openFilesMax, long memoryBytes, long heapBytesMax, long directBytesMax) {
        static Facts ofThisProcess() {
            var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            var options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            long direct =
                    Long.parseLong(options.getVMOption("MaxDirectMemorySize").getValue());
            long heap = Runtime.getRuntime().maxMemory();
            return new Facts(
                    system.getMaxFileDescriptorCount(), system.getTotalMemorySize(), heap, direct == 0 ? heap : direct);
        }
    }

    LimitsCheck(DaemonConfig config, Supplier<Facts> facts) {
        this.config = config;
        this.facts = facts;
    }

    @Override
    public String name() {
        return "limits";
    }

    @Override
    public List<Finding> look() {
        Facts now = facts.get();
        List<Finding> findings = new ArrayList<>();
        String files = now.openFilesMax() + " open files allowed";
        findings.add(
                now.openFilesMax() < OPEN_FILES_WANTED
                        ? Finding.warning(
                                "open files",
                                files,
                                "raise it to " + OPEN_FILES_WANTED + " or more: LimitNOFILE= of the unit, or ulimit -n")
                        : Finding.ok("open files", files));
        findings.add(memory(now));
        findings.add(budgets(now));
        return findings;
    }

    private static Finding memory(Facts now) {
        String found = now.memoryBytes() / MIB + " MiB for everything; carnetd takes at most "
                + now.heapBytesMax() / MIB + " MiB of heap and " + now.directBytesMax() / MIB + " MiB of buffers";
        return now.memoryBytes() < Math.max(MEMORY_WANTED, 2 * (now.heapBytesMax() + now.directBytesMax()))
                ? Finding.warning(
                        "memory",
                        found,
                        "give this machine or container more, or lower -Xmx and the budgets in [limits]")
                : Finding.ok("memory", found);
    }

    private Finding budgets(Facts now) {
        long chunks = config.limits().sendBudgetBytes() + config.limits().receiveBudgetBytes();
        String found = chunks / MIB + " MiB of chunks (send-budget and receive-budget), " + now.directBytesMax() / MIB
                + " MiB of direct memory";
        return chunks + DIRECT_RESERVE > now.directBytesMax()
                ? Finding.error(
                        "budgets",
                        found,
                        "lower the budgets, or start with CARNETD_OPTS=-XX:MaxDirectMemorySize="
                                + (chunks + DIRECT_RESERVE) / MIB + "m or more")
                : Finding.ok("budgets", found);
    }
}
