package dev.carnet.proto.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes values as RFC 8785 says: no white space, members sorted by the UTF-16 units of their names, the shortest escapes, UTF-8. */
final class CanonicalWriter {
    private byte[] out = new byte[1 << 10];
    private int length;

    byte[] bytes() {
        return Arrays.copyOf(out, length);
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
        char separator = '{';
        for (Map.Entry<?, ?> member : sorted(map).entrySet()) {
            if (!(member.getKey() instanceof String name) || member.getValue() == null) {
                throw new StatementException("a member has a name and a value");
            }
            put(separator);
            string(name);
            put(':');
            value(member.getValue());
            separator = ',';
        }
        ascii(map.isEmpty() ? "{}" : "}");
    }

    /** String's own order is that of UTF-16 units, which is what RFC 8785 asks for. What was read from canonical text is in it already. */
    private static Map<?, ?> sorted(Map<?, ?> map) {
        boolean ascending = true;
        String before = null;
        for (Object name : map.keySet()) {
            if (!(name instanceof String text)) {
                throw new StatementException("a member has a name and a value");
            }
            ascending &= before == null || before.compareTo(text) < 0;
            before = text;
        }
        return ascending ? map : new TreeMap<>(map);
    }

    private void array(Collection<?> list) {
        put('[');
        boolean first = true;
        for (Object element : list) {
            if (!first) {
                put(',');
            }
            value(element);
            first = false;
        }
        put(']');
    }

    private void integer(long number) {
        if (number < -CanonicalJson.INTEGER_MAX || number > CanonicalJson.INTEGER_MAX) {
            throw new StatementException("a JSON number beyond 2^53");
        }
        ascii(Long.toString(number));
    }

    private void string(String text) {
        int start = length;
        ensure(text.length() + 2);
        out[length++] = '"';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                length = start;
                escaped(text);
                return;
            }
            out[length++] = (byte) c;
        }
        out[length++] = '"';
    }

    /** One that has more than plain ASCII: few strings of records do. */
    private void escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16).append('"');
        for (int i = 0; i < text.length(); i++) {
            escape(text.charAt(i), escaped);
        }
        escaped.append('"');
        try {
            ByteBuffer utf8 = UTF_8.newEncoder().encode(CharBuffer.wrap(escaped));
            put(utf8.array(), utf8.arrayOffset(), utf8.remaining());
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
        byte[] bytes = text.getBytes(US_ASCII);
        put(bytes, 0, bytes.length);
    }

    private void put(char ascii) {
        ensure(1);
        out[length++] = (byte) ascii;
    }

    private void put(byte[] bytes, int from, int count) {
        ensure(count);
        System.arraycopy(bytes, from, out, length, count);
        length += count;
    }

    private void ensure(int more) {
        if (more > out.length - length) {
            out = Arrays.copyOf(out, Math.max(Math.addExact(length, more), 2 * out.length));
        }
    }
}
