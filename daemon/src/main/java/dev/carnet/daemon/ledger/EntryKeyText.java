package dev.carnet.daemon.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** An {@link EntryKey} as the bytes that tables and journal keep: subject, role, predicate and a ten-digit ordinal, NUL between them. Sorted as it reads. */
final class EntryKeyText {
    /** 128 + 11 + 32 + 10 and three separators, rounded up. */
    static final int BYTES_MAX = 200;

    private static final Pattern SUBJECT = Pattern.compile("[a-z0-9][a-z0-9._:/-]{0,127}");
    private static final Set<String> ROLES = Set.of("source", "destination", "self");

    private EntryKeyText() {}

    /** @throws IllegalArgumentException where the key breaks its own rules */
    static byte[] of(EntryKey key) {
        if (!SUBJECT.matcher(key.subject()).matches() || !ROLES.contains(key.role()) || key.ordinal() < 0) {
            throw new IllegalArgumentException("no entry key: " + key);
        }
        return String.format(
                        Locale.ROOT,
                        "%s\0%s\0%s\0%010d",
                        key.subject(),
                        key.role(),
                        key.predicate().label(),
                        key.ordinal())
                .getBytes(US_ASCII);
    }

    /** For people. */
    static String readable(byte[] key) {
        return new String(key, US_ASCII).replace('\0', ' ');
    }
}
