package dev.carnet.proto.ledger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * RFC 8785 (JSON canonicalisation), the part of it that records use: objects, arrays, strings, booleans, and integers of at most 2^53 either way. No fractions
 * and no null: what is not there is absent.
 *
 * <p>A value is a {@link Map} with {@link String} keys, a {@link List}, a {@link String}, a {@link Boolean}, a {@link Long} or an {@link Integer}. What is read
 * has {@link Long} for every number.
 */
public final class CanonicalJson {
    /** The greatest integer either way: 2^53. What can pass it is written as a decimal string. */
    public static final long INTEGER_MAX = 1L << 53;

    /** How deep objects and arrays of this format may nest in each other. */
    public static final int DEPTH_MAX = 8;

    /** Digits and sign of the longest integer, with room to say that it is too large rather than too long. */
    private static final int NUMBER_CHARS_MAX = 20;

    /** What a text may cost is bounded by its length and depth, which are checked here. */
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .configure(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES, false)
            .configure(JsonFactory.Feature.INTERN_FIELD_NAMES, false)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(NUMBER_CHARS_MAX)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private CanonicalJson() {}

    /**
     * The one encoding of a value.
     *
     * @throws StatementException if it has none: a fraction, null, a number beyond {@link #INTEGER_MAX}, half a surrogate pair
     */
    public static byte[] write(Object value) {
        CanonicalWriter writer = new CanonicalWriter();
        writer.value(value);
        return writer.bytes();
    }

    /**
     * Reads a value from its one encoding.
     *
     * @param bytesMax the most bytes that are looked at
     * @param depthMax how deep objects and arrays may nest
     * @throws StatementException if the bytes are anything else: no JSON, white space, other escapes, members out of order or twice, fractions, beyond a limit
     */
    public static Object read(byte[] json, int bytesMax, int depthMax) {
        if (json.length > bytesMax) {
            throw new StatementException("JSON of " + json.length + " bytes; the limit is " + bytesMax);
        }
        Object value = parse(json, depthMax);
        if (!Arrays.equals(write(value), json)) {
            throw new StatementException(
                    "JSON that is not in its canonical form (RFC 8785): white space, order of members, escapes or numbers");
        }
        return value;
    }

    /**
     * Reads an object; otherwise as {@link #read}.
     *
     * @throws StatementException also if the value is no object
     */
    public static Map<String, Object> readObject(byte[] json, int bytesMax, int depthMax) {
        return object(read(json, bytesMax, depthMax), "the JSON text");
    }

    /** The value as an object. */
    @SuppressWarnings("unchecked") // parse() makes no other maps
    static Map<String, Object> object(Object value, String where) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new StatementException(where + " is no object");
    }

    private static Object parse(byte[] json, int depthMax) {
        try (JsonParser parser = FACTORY.createParser(json)) {
            Object value = value(parser, parser.nextToken(), depthMax);
            if (parser.nextToken() != null) {
                throw new StatementException("bytes after the end of the JSON text");
            }
            return value;
        } catch (IOException e) {
            throw new StatementException("bytes that are not JSON", e);
        }
    }

    private static Object value(JsonParser parser, @Nullable JsonToken token, int depthLeft) throws IOException {
        if (token == null) {
            throw new StatementException("the JSON text ends too early");
        }
        return switch (token) {
            case START_OBJECT -> members(parser, deeper(depthLeft));
            case START_ARRAY -> elements(parser, deeper(depthLeft));
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT -> integer(parser);
            default -> throw new StatementException("JSON with null or a fraction, which records do not have");
        };
    }

    private static int deeper(int depthLeft) {
        if (depthLeft == 0) {
            throw new StatementException("JSON that is nested too deep");
        }
        return depthLeft - 1;
    }

    private static Map<String, Object> members(JsonParser parser, int depthLeft) throws IOException {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            members.put(name, value(parser, parser.nextToken(), depthLeft));
        }
        return members;
    }

    private static List<Object> elements(JsonParser parser, int depthLeft) throws IOException {
        List<Object> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(value(parser, token, depthLeft));
        }
        return elements;
    }

    private static Long integer(JsonParser parser) throws IOException {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            throw new StatementException("a JSON number beyond 2^53");
        }
        return parser.getLongValue();
    }
}
