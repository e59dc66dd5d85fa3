package dev.carnet.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON on jackson-core alone: binding by reflection would cost more at start than the whole command does. */
public final class Json {
    private static final int DEPTH_MAX = 16;

    /** A page of a bundle in base64 stays below it; nothing else is near. */
    private static final int STRING_CHARS_MAX = 2 << 20;

    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    .maxStringLength(STRING_CHARS_MAX)
                    .maxNameLength(256)
                    .maxNumberLength(64)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Json() {}

    /**
     * @throws ApiException PROTOCOL where {@code text} is not one JSON object
     */
    public static JsonObject read(byte[] text) {
        try (var parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw ApiException.protocol("no JSON object");
            }
            var object = new JsonObject(object(parser));
            if (parser.nextToken() != null) {
                throw ApiException.protocol("something follows the JSON object");
            }
            return object;
        } catch (IOException e) {
            throw new ApiException(ApiException.PROTOCOL, 0, "the answer of the daemon is no JSON", e);
        }
    }

    private static Map<String, @Nullable Object> object(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            members.put(name, value(parser));
        }
        return members;
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> throw ApiException.protocol("JSON ends too early");
        };
    }

    private static List<@Nullable Object> array(JsonParser parser) throws IOException {
        List<@Nullable Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value(parser));
        }
        return elements;
    }

    /** One line. Control characters are escaped by JSON itself; what else a terminal may obey is escaped here. */
    public static String write(Map<String, ? extends @Nullable Object> members) {
        var text = new StringWriter();
        try (var generator = FACTORY.createGenerator(text)) {
            generator.setHighestNonEscapedChar(127);
            write(generator, members);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter does not fail
        }
        return text.toString().replace("\u007f", "\\u007f");
    }

    static byte[] bytes(Map<String, ? extends @Nullable Object> members) {
        return write(members).getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> out.writeNull();
            case Map<?, ?> map -> {
                out.writeStartObject();
                for (var entry : map.entrySet()) {
                    out.writeFieldName(String.valueOf(entry.getKey()));
                    write(out, entry.getValue());
                }
                out.writeEndObject();
            }
            case Iterable<?> list -> {
                out.writeStartArray();
                for (Object element : list) {
                    write(out, element);
                }
                out.writeEndArray();
            }
            case JsonObject object -> write(out, object.members());
            case Boolean flag -> out.writeBoolean(flag);
            case Long number -> out.writeNumber(number);
            case Integer number -> out.writeNumber(number);
            case Double number -> out.writeNumber(number);
            default -> out.writeString(value.toString());
        }
    }
}
