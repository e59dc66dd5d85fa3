package dev.carnet.daemon.question;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What this machine's kernel allows a TCP connection, and what it should. */
public final class Kernel {
    private static final int TEXT_BYTES_MAX = 4_096;
    private static final String CONGESTION = "ipv4/tcp_congestion_control";
    private static final String AVAILABLE = "ipv4/tcp_available_congestion_control";

    /** Below this a loss costs little to make up for, whoever does it. */
    private static final double FAR_MILLIS = 10;

    /** The kernel gives half of a receive buffer to the window. */
    private static final int BUFFER_PER_WINDOW = 2;

    private static final double GAIN_OF_STREAMS = 1.3;
    private static final long MIB = 1 << 20;

    private final Path net;

    Kernel(Path net) {
        this.net = net;
    }

    static Kernel system() {
        return new Kernel(Path.of("/proc/sys/net"));
    }

    /**
     * As {@code /proc/sys/net} says; 0 and empty for what it does not.
     *
     * @param congestionControl of new connections
     * @param available others that are loaded
     * @param tcpReadMax ceiling of a receive buffer that the kernel sizes itself: the third number of tcp_rmem
     * @param tcpWriteMax the same of tcp_wmem
     * @param readMax net.core.rmem_max
     * @param writeMax net.core.wmem_max
     */
    public record Facts(
            String congestionControl,
            List<String> available,
            long tcpReadMax,
            long tcpWriteMax,
            long readMax,
            long writeMax) {
        public Facts {
            available = List.copyOf(available);
        }
    }

    Facts facts() {
        return new Facts(
                text(CONGESTION),
                Arrays.stream(text(AVAILABLE).split("\\s+"))
                        .filter(name -> !name.isEmpty())
                        .toList(),
                number("ipv4/tcp_rmem", 2),
                number("ipv4/tcp_wmem", 2),
                number("core/rmem_max", 0),
                number("core/wmem_max", 0));
    }

    private String text(String name) {
        // in one read: of a number the kernel gives what fits the first one, and nothing after it
        try (InputStream in = Files.newInputStream(net.resolve(name))) {
            byte[] bytes = new byte[TEXT_BYTES_MAX];
            int length = in.read(bytes);
            return new String(bytes, 0, Math.max(0, length), US_ASCII).strip();
        } catch (IOException e) {
            return ""; // another network namespace or an old kernel may not show it
        }
    }

    private long number(String name, int field) {
        String[] fields = text(name).split("\\s+", -1);
        return field < fields.length && fields[field].matches("[0-9]{1,18}") ? Long.parseLong(fields[field]) : 0;
    }

    /**
     * What to change for a line that carries so much over such a way.
     *
     * @param roundTripMillis null where it is not known
     * @param oneStream bytes per second; null where it is not known
     * @param severalStreams the same over {@code streams}
     */
    static List<String> advice(
            Facts facts,
            @Nullable Double roundTripMillis,
            @Nullable Double oneStream,
            @Nullable Double severalStreams,
            int streams) {
        List<String> advice = new ArrayList<>();
        if (roundTripMillis != null && (oneStream != null || severalStreams != null)) {
            double rate = Math.max(oneStream == null ? 0 : oneStream, severalStreams == null ? 0 : severalStreams);
            long needed = (long) (rate * roundTripMillis / 1e3 * BUFFER_PER_WINDOW);
            buffer(advice, "net.ipv4.tcp_wmem", "4096 16384", facts.tcpWriteMax(), needed, rate, roundTripMillis);
            buffer(advice, "net.ipv4.tcp_rmem", "4096 131072", facts.tcpReadMax(), needed, rate, roundTripMillis);
        }
        if (oneStream != null
                && severalStreams != null
                && streams > 1
                && severalStreams > GAIN_OF_STREAMS * oneStream) {
            advice.add(String.format(
                    Locale.ROOT,
                    "%d streams carry %.1f times what one carries: let transfers use them (limits.streams = %d, or"
                            + " --streams %d)",
                    streams,
                    severalStreams / oneStream,
                    streams,
                    streams));
        }
        if (roundTripMillis != null
                && roundTripMillis >= FAR_MILLIS
                && (facts.congestionControl().equals("cubic")
                        || facts.congestionControl().equals("reno"))) {
            advice.add("over " + Math.round(roundTripMillis) + " ms " + facts.congestionControl()
                    + " is slow to come back from a lost packet; BBR is not:"
                    + (facts.available().contains("bbr") ? "" : " modprobe tcp_bbr;")
                    + " sysctl -w net.ipv4.tcp_congestion_control=bbr");
        }
        return advice;
    }

    private static void buffer(
            List<String> advice, String name, String head, long ceiling, long needed, double rate, double millis) {
        if (ceiling > 0 && needed > ceiling) {
            long wanted = (needed + MIB - 1) / MIB * MIB;
            advice.add(String.format(
                    Locale.ROOT,
                    "%.0f MB/s over %.1f ms need buffers of %d bytes, and %s allows one connection %d: sysctl -w"
                            + " %s='%s %d' (and the same on the peer's machine)",
                    rate / 1e6,
                    millis,
                    needed,
                    name,
                    ceiling,
                    name,
                    head,
                    wanted));
        }
    }
}
