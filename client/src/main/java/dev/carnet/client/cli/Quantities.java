package dev.carnet.client.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

/** Bytes, rates and durations as people write and read them. Decimal units (kB = 1000 B) unless they say i (KiB = 1024 B). */
final class Quantities {
    private static final Pattern FORM =
            Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?) ?([kKMGTP]?)(i?)(B|bit)(?:/s|ps)?");
    private static final String PREFIXES = "kMGTP";
    private static final int BITS = 8;
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Quantities() {}

    /**
     * {@code 100MB/s}, {@code 10Gbit/s}, {@code 64MiB}: bytes (per second), at least 1.
     *
     * @throws IllegalArgumentException saying what is wanted
     */
    static long parse(String text) {
        var form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "'" + Shown.text(text) + "' is no rate: write for example 100MB/s, 64MiB/s or 10Gbit/s");
        }
        int power = form.group(2).isEmpty() ? 0 : PREFIXES.indexOf(form.group(2).replace('K', 'k')) + 1;
        if (power == 0 && !form.group(3).isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + Shown.text(text) + "' has an unknown unit: write for example 64MiB/s");
        }
        var base = BigDecimal.valueOf(form.group(3).isEmpty() ? 1000 : 1024);
        var value = new BigDecimal(form.group(1)).multiply(base.pow(power));
        if (form.group(4).equals("bit")) {
            value = value.divide(BigDecimal.valueOf(BITS), 9, RoundingMode.DOWN);
        }
        if (value.compareTo(BigDecimal.ONE) < 0 || value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException(
                    "'" + Shown.text(text) + "' is out of range: at least 1 byte per second");
        }
        return value.longValue();
    }

    /** {@code 1 file}, {@code 2 files}. */
    static String files(long count) {
        return count + (count == 1 ? " file" : " files");
    }

    /** Three digits: {@code 1.23 GB}. */
    static String bytes(double bytes) {
        if (bytes < 999.5) {
            return Math.round(Math.max(bytes, 0)) + " B";
        }
        double value = bytes;
        int prefix = -1;
        while (value >= 999.5 && prefix < PREFIXES.length() - 1) {
            value /= 1000;
            prefix++;
        }
        String format = value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value) + " " + PREFIXES.charAt(prefix) + "B";
    }

    static String bytes(long bytes) {
        return bytes((double) bytes);
    }

    static String rate(double bytesPerSecond) {
        return bytes(bytesPerSecond) + "/s";
    }

    /** {@code 42s}, {@code 3m05s}, {@code 2h07m}, {@code 3d04h}. */
    static String duration(long seconds) {
        if (seconds < MINUTE) {
            return Math.max(seconds, 0) + "s";
        }
        if (seconds < HOUR) {
            return String.format(Locale.ROOT, "%dm%02ds", seconds / MINUTE, seconds % MINUTE);
        }
        if (seconds < DAY) {
            return String.format(Locale.ROOT, "%dh%02dm", seconds / HOUR, seconds % HOUR / MINUTE);
        }
        return String.format(Locale.ROOT, "%dd%02dh", seconds / DAY, seconds % DAY / HOUR);
    }
}
