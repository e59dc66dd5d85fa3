package dev.carnet.daemon.api;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/** Strict JSON: unknown, repeated and mistyped members are refused by name, as a caller's typing error should be. */
final class ApiJson {
    private static final int NAME_SHOWN = 64;

    private static final JsonMapper MAPPER = mapper();

    private ApiJson() {}

    private static JsonMapper mapper() {
        var factory = new JsonFactoryBuilder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(8)
                        .maxStringLength(16 * 1024)
                        .maxNameLength(256)
                        .maxNumberLength(32)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .build();
        var times = new SimpleModule();
        times.addSerializer(Instant.class, new Rfc3339());
        times.addSerializer(Double.class, new Finite());
        times.addSerializer(double.class, new Finite());
        times.addDeserializer(Integer.class, new Whole<>(Integer.class, Math::toIntExact));
        times.addDeserializer(Long.class, new Whole<>(Long.class, number -> number));
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
                .addModule(times)
                .build();
    }

    static byte[] write(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // our own records: a bug
        }
    }

    /**
     * Reads one object.
     *
     * @throws ApiRefusal 400 with a sentence that names the member or the place
     */
    static <T> T read(byte[] body, Class<T> type) {
        try {
            T value = MAPPER.readValue(body, type);
            if (value == null) {
                throw ApiRefusal.malformed("the body is null; it has to be a JSON object");
            }
            refuseNulls(body);
            return value;
        } catch (UnrecognizedPropertyException e) {
            var known = e.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw ApiRefusal.malformed("unknown member '" + shown(e.getPropertyName()) + "'; the members are " + known);
        } catch (JsonMappingException e) {
            var where = e.getPath().stream()
                    .map(reference -> shown(String.valueOf(reference.getFieldName())))
                    .collect(Collectors.joining("."));
            throw ApiRefusal.malformed(
                    where.isEmpty()
                            ? "the body has to be one JSON object"
                            : "member '" + where + "' has the wrong type");
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw ApiRefusal.malformed(
                    at == null
                            ? "the body is no JSON"
                            : "the body is no JSON: line " + at.getLineNr() + ", column " + at.getColumnNr()
                                    + " (a member that stands twice is an error too)");
        } catch (IOException e) {
            throw ApiRefusal.malformed("the body is no JSON in UTF-8");
        }
    }

    /** What is not there is left out: null could mean a default or none. */
    private static void refuseNulls(byte[] body) throws IOException {
        try (JsonParser in = MAPPER.createParser(body)) {
            while (in.nextToken() != null) {
                if (in.currentToken() == JsonToken.VALUE_NULL) {
                    throw ApiRefusal.malformed(
                            "member '" + shown(String.valueOf(in.currentName())) + "' is null: leave it out instead");
                }
            }
        }
    }

    private static String shown(String name) {
        return name.length() > NAME_SHOWN ? name.substring(0, NAME_SHOWN) + "…" : name;
    }

    /** UTC with at most milliseconds: a nanosecond here would pretend a precision that nothing has. */
    private static final class Rfc3339 extends StdSerializer<Instant> {
        private static final long serialVersionUID = 1L;

        Rfc3339() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.truncatedTo(ChronoUnit.MILLIS).toString());
        }
    }

    /** An integer as JSON Schema means it: 15.0 is one, 15.5 and "15" are none. */
    private static final class Whole<T extends Number> extends StdDeserializer<T> {
        private static final long serialVersionUID = 1L;

        /** What a double can say exactly. */
        private static final double EXACT_MAX = 1L << 53;

        private final transient LongFunction<T> narrow;

        Whole(Class<T> type, LongFunction<T> narrow) {
            super(type);
            this.narrow = narrow;
        }

        @Override
        public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
            try {
                if (in.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                    return narrow.apply(in.getLongValue());
                }
                if (in.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
                    double number = in.getDoubleValue();
                    if (number == Math.rint(number) && Math.abs(number) <= EXACT_MAX) {
                        return narrow.apply((long) number);
                    }
                }
            } catch (ArithmeticException | InputCoercionException e) {
                // beyond its type: told as what has another type
            }
            throw MismatchedInputException.from(in, handledType(), "no whole number, or too large");
        }
    }

    /** JSON has no NaN and no infinity: a rate over no time is 0. */
    private static final class Finite extends StdSerializer<Double> {
        private static final long serialVersionUID = 1L;

        Finite() {
            super(Double.class);
        }

        @Override
        public void serialize(Double value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeNumber(Double.isFinite(value) ? value : 0.0);
        }
    }
}
