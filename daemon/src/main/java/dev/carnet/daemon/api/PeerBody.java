package dev.carnet.daemon.api;

import dev.carnet.proto.wire.v1.Code;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The body that adds a peer. */
record PeerBody(
        @Nullable String alias,
        @Nullable String id,
        @Nullable List<@Nullable String> addresses,
        @Nullable String dial,
        @Nullable List<@Nullable Rule> allow,
        @Nullable String trust) {
    private static final int TEXT_MAX = 2_048;
    private static final int PEM_MAX = 16 * 1_024;
    private static final int LIST_MAX = 64;

    /** A rule. */
    record Rule(@Nullable String volume, @Nullable String allow) {}

    NewPeer peer() {
        List<String> at = new ArrayList<>();
        for (String address : bounded("addresses", addresses)) {
            at.add(text("addresses", address, TEXT_MAX));
        }
        List<NewPeer.Allow> rules = new ArrayList<>();
        for (Rule rule : bounded("allow", allow)) {
            if (rule == null) {
                throw ApiRefusal.malformed("member 'allow' has a null");
            }
            rules.add(new NewPeer.Allow(
                    text("allow.volume", rule.volume, TEXT_MAX), text("allow.allow", rule.allow, TEXT_MAX)));
        }
        return new NewPeer(
                text("alias", alias, TEXT_MAX),
                text("id", id, TEXT_MAX),
                at,
                optional("dial", dial, TEXT_MAX),
                rules,
                optional("trust", trust, PEM_MAX));
    }

    private static <T> List<T> bounded(String member, @Nullable List<T> list) {
        if (list != null && list.size() > LIST_MAX) {
            throw ApiRefusal.malformed("member '" + member + "' has more than " + LIST_MAX + " elements");
        }
        return list == null ? List.of() : list;
    }

    private static Optional<String> optional(String member, @Nullable String value, int max) {
        return value == null ? Optional.empty() : Optional.of(text(member, value, max));
    }

    static String text(String member, @Nullable String value, int max) {
        if (value == null || value.isEmpty()) {
            throw ApiRefusal.malformed("member '" + member + "' is missing or empty");
        }
        if (value.length() > max) {
            throw new ApiRefusal(422, Code.BAD_NAME, "member '" + member + "' has more than " + max + " characters");
        }
        if (value.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new ApiRefusal(422, Code.BAD_NAME, "member '" + member + "' has a NUL or half a surrogate pair");
        }
        return value;
    }
}
