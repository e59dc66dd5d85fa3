package dev.carnet.proto.ledger;

import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The members of one object, taken out one by one; {@link #end} says that no others are there. */
final class Members {
    private final Map<String, Object> left;
    private final String where;

    /**
     * Starts on an object.
     *
     * @param where names it in what is thrown
     */
    Members(Map<String, Object> object, String where) {
        this.left = new TreeMap<>(object);
        this.where = where;
    }

    /** Every member has been taken. */
    void end() {
        if (!left.isEmpty()) {
            throw new StatementException(where + " has a member that does not belong there: "
                    + left.keySet().iterator().next());
        }
    }

    String string(String name) {
        return string(take(name), name);
    }

    Optional<String> optionalString(String name) {
        return left.containsKey(name) ? Optional.of(string(name)) : Optional.empty();
    }

    /** A JSON integer. */
    long integer(String name) {
        if (take(name) instanceof Long number) {
            return number;
        }
        throw new StatementException(named(name) + " is no integer");
    }

    /** A decimal string: a number of bytes. */
    long bytes(String name) {
        String text = string(name);
        try {
            long number = Long.parseLong(text);
            Forms.require(
                    number >= 0 && Long.toString(number).equals(text),
                    named(name) + " is no decimal string without sign or leading zeros");
            return number;
        } catch (NumberFormatException e) {
            throw new StatementException(named(name) + " is no decimal string below 2^63", e);
        }
    }

    Instant time(String name) {
        return Forms.readTime(string(name), named(name));
    }

    Optional<Instant> optionalTime(String name) {
        return left.containsKey(name) ? Optional.of(time(name)) : Optional.empty();
    }

    byte[] base64(String name) {
        return base64(string(name), named(name));
    }

    Members object(String name) {
        return new Members(CanonicalJson.object(take(name), named(name)), named(name));
    }

    /** An object whose members are strings; empty where it is not there. One that is there and empty is no statement's. */
    Map<String, String> optionalTexts(String name) {
        if (!left.containsKey(name)) {
            return Map.of();
        }
        Map<String, Object> object = CanonicalJson.object(take(name), named(name));
        Forms.require(!object.isEmpty(), named(name) + " is empty");
        Map<String, String> texts = new TreeMap<>();
        object.forEach((key, value) -> texts.put(key, string(value, name + "." + key)));
        return texts;
    }

    List<String> strings(String name) {
        return list(name).stream().map(element -> string(element, name)).toList();
    }

    /** An array of strings; empty where it is not there. One that is there and empty is no statement's. */
    List<String> optionalStrings(String name) {
        if (!left.containsKey(name)) {
            return List.of();
        }
        List<String> strings = strings(name);
        Forms.require(!strings.isEmpty(), named(name) + " is empty");
        return strings;
    }

    List<Members> objects(String name) {
        return list(name).stream()
                .map(element -> new Members(CanonicalJson.object(element, named(name)), named(name)))
                .toList();
    }

    private List<?> list(String name) {
        if (take(name) instanceof List<?> list) {
            return list;
        }
        throw new StatementException(named(name) + " is no array");
    }

    private Object take(String name) {
        Object value = left.remove(name);
        if (value == null) {
            throw new StatementException(where + " has no member " + name);
        }
        return value;
    }

    private String string(@Nullable Object value, String name) {
        if (value instanceof String text) {
            return text;
        }
        throw new StatementException(named(name) + " is no string");
    }

    private String named(String name) {
        return where + "." + name;
    }

    /** Standard alphabet, padded, no bits left over. */
    static byte[] base64(String text, String where) {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            Forms.require(
                    Base64.getEncoder().encodeToString(bytes).equals(text),
                    where + " is not base64 in its one form (padded, no bits left over)");
            return bytes;
        } catch (IllegalArgumentException e) {
            throw new StatementException(where + " is no base64", e);
        }
    }
}
