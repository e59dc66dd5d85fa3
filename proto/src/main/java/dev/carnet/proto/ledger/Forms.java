package dev.carnet.proto.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.wire.LabelForms;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.PlainText;
import dev.carnet.proto.wire.Spiffe;
import dev.carnet.proto.wire.v1.Code;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** The forms of what stands in a record (SPEC sections 4 and 11). Each check gives back what it was given, or says which member breaks which rule. */
final class Forms {
    private static final Pattern VOLUME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final Pattern ALGORITHM = Pattern.compile("[A-Za-z0-9_]{1,64}");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    /** Each 0 is a digit. */
    private static final String TIME_FORM = "0000-00-00T00:00:00.000Z";

    private static final String NO_TIME = " is no time of the form 2026-01-31T23:59:59.999Z";
    private static final int NANOS_PER_MS = 1_000_000;
    private static final Instant TIME_MIN = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant TIME_MAX = Instant.parse("9999-12-31T23:59:59.999Z");
    private static final int ID_DIGITS = 32;
    private static final int DIGEST_DIGITS = 64;

    private Forms() {}

    static void require(boolean holds, String rule) {
        if (!holds) {
            throw new StatementException(rule);
        }
    }

    static void id(String value, String member) {
        require(value.length() == ID_DIGITS && hex(value), member + " is no id (32 hex digits)");
    }

    private static boolean hex(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    static void digest(String value, String member) {
        require(value.length() == DIGEST_DIGITS && hex(value), member + " is no SHA-256 (64 hex digits)");
    }

    static void spiffeId(String value, String member) {
        require(Spiffe.isId(value), member + " is no SPIFFE ID");
    }

    static void origin(String value, String member) {
        require(Spiffe.isOrigin(value), member + " is no log origin (1 to 255 visible ASCII characters, no +)");
    }

    static void volume(String value, String member) {
        require(VOLUME.matcher(value).matches(), member + " is no volume name");
    }

    /** A checkpoint name: a member path without control characters, 400 bytes at most, not under {@code .carnet}. */
    static void name(String value, String member) {
        try {
            MemberPath.check(value);
        } catch (IllegalArgumentException e) {
            throw new StatementException(member + " is no checkpoint name: " + e.getMessage(), e);
        }
        require(!value.equals(MemberPath.ROOT), member + " is no checkpoint name: it is \".\"");
        require(
                utf8Bytes(value) <= Limits.CHECKPOINT_NAME_BYTES_MAX,
                member + " has more than " + Limits.CHECKPOINT_NAME_BYTES_MAX + " bytes");
        require(value.chars().noneMatch(Forms::control), member + " has control characters");
        require(!value.equals(".carnet") && !value.startsWith(".carnet/"), member + " lies in .carnet");
    }

    static void label(String value, String member) {
        text(value, Limits.LABEL_BYTES_MAX, member);
        require(
                PlainText.is(value),
                member + " is no plain text: it has control characters, or changes the direction of text");
    }

    /** The name of a code of SPEC section 13. */
    static void code(String value, String member) {
        boolean known = Arrays.stream(Code.values())
                .filter(code -> code != Code.CODE_UNSPECIFIED && code != Code.UNRECOGNIZED)
                .anyMatch(code -> code.name().equals(value));
        require(known, member + " is none of SPEC section 13");
    }

    /** What people said of a checkpoint: keys and values of SPEC section 4. */
    static Map<String, String> labels(Map<String, String> labels, String member) {
        require(labels.size() <= Limits.LABELS_MAX, member + " has more than " + Limits.LABELS_MAX + " members");
        labels.forEach((key, value) -> {
            require(LabelForms.isKey(key), member + " has a key that is none: a-z 0-9 . _ -, 63 at most");
            label(value, member + "." + key);
        });
        return Map.copyOf(labels);
    }

    static void sentence(String value, String member) {
        text(value, Limits.SENTENCE_BYTES_MAX, member);
    }

    /** The name of an algorithm as IANA writes it. */
    static void algorithm(String value, String member) {
        require(ALGORITHM.matcher(value).matches(), member + " is no name of an algorithm");
    }

    /** Ids of a pair of keys: Ed25519, ML-DSA-44. */
    static List<String> keyIds(List<String> values, String member) {
        require(values.size() == 2, member + " has not two elements: Ed25519, ML-DSA-44");
        values.forEach(value -> digest(value, member));
        return List.copyOf(values);
    }

    static void oneOf(String value, List<String> known, String member) {
        require(known.contains(value), member + " is none of " + known);
    }

    static void between(long value, long min, long max, String member) {
        require(value >= min && value <= max, member + " is not between " + min + " and " + max);
    }

    /** Files and directories of a checkpoint. */
    static void members(long files, long directories) {
        between(files, 0, Limits.MEMBERS_MAX, "files");
        between(directories, 0, Limits.MEMBERS_MAX, "directories");
        between(files + directories, 1, Limits.MEMBERS_MAX, "files and directories together");
    }

    /** To the millisecond, as it will be read again. */
    static Instant time(Instant value, String member) {
        require(!value.isBefore(TIME_MIN) && !value.isAfter(TIME_MAX), member + " is not in the years 1970 to 9999");
        return value.truncatedTo(ChronoUnit.MILLIS);
    }

    static String writeTime(Instant value) {
        return TIME.format(value);
    }

    static Instant readTime(String text, String member) {
        try {
            require(TIME_FORM.length() == text.length(), member + NO_TIME);
            for (int i = 0; i < text.length(); i++) {
                char form = TIME_FORM.charAt(i);
                char c = text.charAt(i);
                require(form == '0' ? c >= '0' && c <= '9' : c == form, member + NO_TIME);
            }
            return time(
                    LocalDateTime.of(
                                    number(text, 0, 4),
                                    number(text, 5, 7),
                                    number(text, 8, 10),
                                    number(text, 11, 13),
                                    number(text, 14, 16),
                                    number(text, 17, 19),
                                    number(text, 20, 23) * NANOS_PER_MS)
                            .toInstant(ZoneOffset.UTC),
                    member);
        } catch (DateTimeException e) {
            throw new StatementException(member + NO_TIME, e);
        }
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    private static void text(String value, int bytesMax, String member) {
        require(!value.isEmpty(), member + " is empty");
        require(utf8Bytes(value) <= bytesMax, member + " has more than " + bytesMax + " bytes");
    }

    private static int utf8Bytes(String value) {
        return value.getBytes(UTF_8).length;
    }

    private static boolean control(int c) {
        return c < 0x20 || c == 0x7f;
    }
}
