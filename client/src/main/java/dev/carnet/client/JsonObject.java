package dev.carnet.client;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An object as the daemon sent it, members in order. Members that this version does not know are kept, so that `--json` shows them. An accessor throws
 * {@link ApiException} PROTOCOL where a member is missing or of another type. The daemon writes its older members as {@code treeDigest} and its newer ones as
 * {@code tree_digest}: an accessor takes either for the other.
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
        Object value = member(name);
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
        Object value = member(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (value instanceof Long number) {
            return OptionalLong.of(number);
        }
        throw wrong(name, "whole number");
    }

    public double decimal(String name) {
        return optionalDecimal(name).orElseThrow(() -> wrong(name, "number"));
    }

    public OptionalDouble optionalDecimal(String name) {
        Object value = member(name);
        if (value == null) {
            return OptionalDouble.empty();
        }
        if (value instanceof Number number) {
            return OptionalDouble.of(number.doubleValue());
        }
        throw wrong(name, "number");
    }

    public boolean flag(String name) {
        return optionalFlag(name).orElseThrow(() -> wrong(name, "true or false"));
    }

    public Optional<Boolean> optionalFlag(String name) {
        Object value = member(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Boolean flag) {
            return Optional.of(flag);
        }
        throw wrong(name, "true or false");
    }

    /** Empty where the member is null or missing. */
    public Optional<JsonObject> optionalObject(String name) {
        Object value = member(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Map<?, ?> map) {
            return Optional.of(of(map));
        }
        throw wrong(name, "object");
    }

    /** Empty where the member is null or missing. */
    public List<String> texts(String name) {
        Object value = member(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw wrong(name, "list");
        }
        List<String> texts = new ArrayList<>(list.size());
        for (Object element : list) {
            if (!(element instanceof String text)) {
                throw wrong(name, "list of texts");
            }
            texts.add(text);
        }
        return texts;
    }

    /** Empty where the member is null or missing. */
    public List<JsonObject> optionalObjects(String name) {
        return member(name) == null ? List.of() : objects(name);
    }

    public List<JsonObject> objects(String name) {
        if (!(member(name) instanceof List<?> list)) {
            throw wrong(name, "list");
        }
        List<JsonObject> objects = new ArrayList<>(list.size());
        for (Object element : list) {
            if (!(element instanceof Map<?, ?> map)) {
                throw wrong(name, "list of objects");
            }
            objects.add(of(map));
        }
        return objects;
    }

    private static JsonObject of(Map<?, ?> map) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        map.forEach((key, value) -> members.put(String.valueOf(key), value));
        return new JsonObject(members);
    }

    private @Nullable Object member(String name) {
        Object value = members.get(name);
        return value != null || members.containsKey(name) ? value : members.get(otherSpelling(name));
    }

    /** {@code treeDigest} for {@code tree_digest}, and the other way round. */
    private static String otherSpelling(String name) {
        var other = new StringBuilder(name.length() + 4);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_' && i + 1 < name.length()) {
                i++;
                other.append(Character.toUpperCase(name.charAt(i)));
            } else if (Character.isUpperCase(c)) {
                other.append('_').append(Character.toLowerCase(c));
            } else {
                other.append(c);
            }
        }
        return other.toString();
    }

    private static ApiException wrong(String name, String wanted) {
        return ApiException.protocol("member '" + name + "' is missing or no " + wanted);
    }
}
