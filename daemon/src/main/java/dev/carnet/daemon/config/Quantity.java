package dev.carnet.daemon.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and durations as people write them: a whole number and one unit, such as {@code 64MiB} and {@code 14d}. */
final class Quantity {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})([A-Za-z]{1,3})");
    private static final Map<String, Long> SIZES = sizes();
    private static final Map<String, Long> MILLIS = millis();

    private Quantity() {}

    /** Bytes; empty where this is no size, or one beyond 2^63. */
    static OptionalLong size(String text) {
        return number(text, SIZES);
    }

    /** Empty where this is no duration. */
    static Optional<Duration> duration(String text) {
        OptionalLong millis = number(text, MILLIS);
        return millis.isPresent() ? Optional.of(Duration.ofMillis(millis.getAsLong())) : Optional.empty();
    }

    /** The shortest way to write a size exactly. */
    static String ofSize(long bytes) {
        return text(bytes, SIZES, "B");
    }

    static String ofDuration(Duration duration) {
        return text(duration.toMillis(), MILLIS, "ms");
    }

    static String units(boolean size) {
        return String.join(", ", (size ? SIZES : MILLIS).keySet());
    }

    private static OptionalLong number(String text, Map<String, Long> units) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return OptionalLong.empty();
        }
        Long unit = units.get(form.group(2));
        if (unit == null) {
            return OptionalLong.empty();
        }
        long count = Long.parseLong(form.group(1));
        return count > Long.MAX_VALUE / unit ? OptionalLong.empty() : OptionalLong.of(count * unit);
    }

    private static String text(long value, Map<String, Long> units, String smallest) {
        String best = value + smallest;
        for (var unit : units.entrySet()) {
            String candidate = value / unit.getValue() + unit.getKey();
            if (value > 0 && value % unit.getValue() == 0 && candidate.length() < best.length()) {
                best = candidate;
            }
        }
        return best;
    }

    private static Map<String, Long> sizes() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("B", 1L);
        long binary = 1;
        for (String prefix : new String[] {"K", "M", "G", "T", "P"}) {
            binary <<= 10;
            units.put(prefix + "iB", binary);
        }
        long decimal = 1;
        for (String prefix : new String[] {"k", "M", "G", "T", "P"}) {
            decimal *= 1000;
            units.put(prefix + "B", decimal);
        }
        return units;
    }

    private static Map<String, Long> millis() {
        Map<String, Long> units = new LinkedHashMap<>();
        units.put("ms", 1L);
        units.put("s", 1_000L);
        units.put("m", 60_000L);
        units.put("h", 3_600_000L);
        units.put("d", 86_400_000L);
        return units;
    }
}
