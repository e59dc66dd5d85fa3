package dev.carnet.proto.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes values as RFC 8785 says: no white space, members sorted by the UTF-16 units of their names, the shortest escapes, UTF-8. */
final class CanonicalWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(512);

    byte[] bytes() {
        return out.toByteArray();
    }

    void value(@Nullable Object value) {
        switch (value) {
            case Map<?, ?> map -> object(map);
            case Collection<?> list -> array(list);
            case String string -> string(string);
            case Boolean bool -> ascii(bool.toString());
            case Long number -> integer(number);
            case Integer number -> integer(number);
            case null, default ->
                throw new StatementException("records hold objects, arrays, strings, booleans and integers only");
        }
    }

    private void object(Map<?, ?> map) {
        // String's own order is that of UTF-16 units, which is what RFC 8785 asks for.
        TreeMap<String, Object> sorted = new TreeMap<>();
        map.forEach((name, member) -> {
            if (!(name instanceof String key) || member == null) {
                throw new StatementException("a member has a name and a value");
            }
            sorted.put(key, member);
        });
        String separator = "{";
        for (Map.Entry<String, Object> member : sorted.entrySet()) {
            ascii(separator);
            string(member.getKey());
            out.write(':');
            value(member.getValue());
            separator = ",";
        }
        ascii(sorted.isEmpty() ? "{}" : "}");
    }

    private void array(Collection<?> list) {
        out.write('[');
        boolean first = true;
        for (Object element : list) {
            if (!first) {
                out.write(',');
            }
            value(element);
            first = false;
        }
        out.write(']');
    }

    private void integer(long number) {
        if (number < -CanonicalJson.INTEGER_MAX || number > CanonicalJson.INTEGER_MAX) {
            throw new StatementException("a JSON number beyond 2^53");
        }
        ascii(Long.toString(number));
    }

    private void string(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            escape(text.charAt(i), escaped);
        }
        escaped.append('"');
        try {
            ByteBuffer utf8 = UTF_8.newEncoder().encode(CharBuffer.wrap(escaped));
            out.write(utf8.array(), utf8.arrayOffset(), utf8.remaining());
        } catch (CharacterCodingException e) {
            throw new StatementException("a string with half a surrogate pair has no encoding", e);
        }
    }

    private static void escape(char c, StringBuilder out) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\t' -> out.append("\\t");
            case '\n' -> out.append("\\n");
            case '\f' -> out.append("\\f");
            case '\r' -> out.append("\\r");
            default -> {
                if (c < 0x20) {
                    out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                } else {
                    out.append(c);
                }
            }
        }
    }

    private void ascii(String text) {
        out.writeBytes(text.getBytes(US_ASCII));
    }
}
