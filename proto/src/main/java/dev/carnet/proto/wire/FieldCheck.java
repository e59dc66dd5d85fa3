package dev.carnet.proto.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.proto.wire.v1.Code;
import java.util.Locale;

/** Checks of one message's fields. What they throw names message, field and rule, never the value: it may be long, or not for a log. */
final class FieldCheck {
    static final int DIGEST_BYTES = 32;

    private final String message;

    FieldCheck(String message) {
        this.message = message;
    }

    /** Breaking the form is PROTOCOL. */
    void form(boolean holds, String field, String rule) {
        if (!holds) {
            throw new ProtocolException(Code.PROTOCOL, text(field, rule));
        }
    }

    /** Passing a limit is LIMIT. */
    void limit(boolean holds, String field, String rule) {
        if (!holds) {
            throw new ProtocolException(Code.LIMIT, text(field, rule));
        }
    }

    void id(ByteString value, String field) {
        form(value.size() == Ids.BYTES, field, "has %d bytes; an id has %d", value.size(), Ids.BYTES);
    }

    void digest(ByteString value, String field) {
        form(value.size() == DIGEST_BYTES, field, "has %d bytes; a digest has %d", value.size(), DIGEST_BYTES);
    }

    void digestOrNothing(ByteString value, String field) {
        if (!value.isEmpty()) {
            digest(value, field);
        }
    }

    /** u32, from {@code min} to {@code max}. */
    void number(int value, int min, int max, String field) {
        form(Integer.compareUnsigned(value, min) >= 0, field, "is below %d", min);
        limit(Integer.compareUnsigned(value, max) <= 0, field, "is beyond %d", max);
    }

    /** u64, from 0 to {@code max}. */
    void number(long value, long max, String field) {
        limit(Long.compareUnsigned(value, max) <= 0, field, "is beyond %d", max);
    }

    void count(int value, int min, int max, String field) {
        form(value >= min, field, "has %d elements; the least is %d", value, min);
        limit(value <= max, field, "has %d elements; the limit is %d", value, max);
    }

    /** An attempt: from 1; as in chunk frames not beyond 2^31 - 1. */
    void attempt(int value) {
        number(value, 1, Integer.MAX_VALUE, "attempt");
    }

    void bytes(ByteString value, int min, int max, String field) {
        form(value.size() >= min, field, "has %d bytes; the least is %d", value.size(), min);
        limit(value.size() <= max, field, "has %d bytes; the limit is %d", value.size(), max);
    }

    /** 0 to {@code max} bytes of text. Protobuf has seen that it is UTF-8. */
    void text(String value, int max, String field) {
        int bytes = value.getBytes(UTF_8).length;
        limit(bytes <= max, field, "has %d bytes; the limit is %d", bytes, max);
    }

    /** 1 to {@code max} bytes of text. */
    void someText(String value, int max, String field) {
        form(!value.isEmpty(), field, "is empty");
        text(value, max, field);
    }

    /** 0 to {@code max} bytes of plain text. */
    void plainText(String value, int max, String field) {
        text(value, max, field);
        form(
                PlainText.is(value),
                field,
                "is no plain text: it has control characters, or changes the direction of text");
    }

    /** 1 to {@code max} bytes of plain text. */
    void somePlainText(String value, int max, String field) {
        form(!value.isEmpty(), field, "is empty");
        plainText(value, max, field);
    }

    void spiffeId(String value, String field) {
        text(value, Limits.SPIFFE_ID_BYTES_MAX, field);
        form(Spiffe.isId(value), field, "is no SPIFFE ID");
    }

    void origin(String value, String field) {
        text(value, Limits.ORIGIN_BYTES_MAX, field);
        form(Spiffe.isOrigin(value), field, "is no log origin: 1 to 255 visible ASCII characters, no +");
    }

    void sentence(String value) {
        text(value, Limits.SENTENCE_BYTES_MAX, "sentence");
    }

    /** A code of SPEC section 13. */
    void code(Code value) {
        form(value != Code.CODE_UNSPECIFIED && value != Code.UNRECOGNIZED, "code", "is none that this version knows");
    }

    ProtocolException broken(String field, String rule, Exception cause) {
        return new ProtocolException(Code.PROTOCOL, text(field, rule), cause);
    }

    private void form(boolean holds, String field, String format, Object... args) {
        if (!holds) {
            form(false, field, String.format(Locale.ROOT, format, args));
        }
    }

    private void limit(boolean holds, String field, String format, Object... args) {
        if (!holds) {
            limit(false, field, String.format(Locale.ROOT, format, args));
        }
    }

    private String text(String field, String rule) {
        return message + "." + field + " " + rule;
    }
}
