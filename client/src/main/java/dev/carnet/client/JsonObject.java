package dev.carnet.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An object as the daemon sent it, members in order. Members that this version does not know are kept, so that `--json` shows them. An accessor throws
 * {@link ApiException} PROTOCOL where a member is missing or of another type.
 */
public final class JsonObject {
    private final Map<String, @Nullable Object> members;

    JsonObject(Map<String, @Nullable Object> members) {
        this.members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
    }

    /** Strings, Longs, Doubles, Booleans, nulls, Lists and Maps. */
    public Map<String, @Nullable Object> members() {
        return members;
    }

    public String text(String name) {
        return optionalText(name).orElseThrow(() -> wrong(name, "text"));
    }

    /** Empty where the member is null or missing. */
    public Optional<String> optionalText(String name) {
        Object value = members.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw wrong(name, "text");
    }

    public long number(String name) {
        return optionalNumber(name).orElseThrow(() -> wrong(name, "number"));
    }

    public OptionalLong optionalNumber(String name) {
        Object value = members.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value instanceof Long number) {
            return OptionalLong.of(number);
        }
        throw wrong(name, "whole number");
    }

    public double decimal(String name) {
        if (members.get(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(name, "number");
    }

    public boolean flag(String name) {
        if (members.get(name) instanceof Boolean flag) {
            return flag;
        }
        throw wrong(name, "true or false");
    }

    public List<JsonObject> objects(String name) {
        if (!(members.get(name) instanceof List<?> list)) {
            throw wrong(name, "list");
        }
        List<JsonObject> objects = new ArrayList<>(list.size());
        for (Object element : list) {
            if (!(element instanceof Map<?, ?> map)) {
                throw wrong(name, "list of objects");
            }
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            map.forEach((key, value) -> members.put(String.valueOf(key), value));
            objects.add(new JsonObject(members));
        }
        return objects;
    }

    private static ApiException wrong(String name, String wanted) {
        return ApiException.protocol("member '" + name + "' is missing or no " + wanted);
    }
}
