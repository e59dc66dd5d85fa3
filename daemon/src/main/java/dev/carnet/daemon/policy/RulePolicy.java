package dev.carnet.daemon.policy;

import dev.carnet.daemon.config.PolicyRule;
import dev.carnet.daemon.config.PolicyRule.Permission;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The policy that the configuration's rules make. What none of them allows is denied; where several do, the first in the file is named. */
public final class RulePolicy implements Policy {
    private static final String FIRST_LINE = "carnet-policy v1\n";

    /** What is allowed, and by which rule: in the order of the rules, and sorted within each. */
    private final Map<Permitted, Rule> rules;

    private final String canonicalText;
    private final String digest;

    public RulePolicy(List<PolicyRule> rules) {
        Map<Permitted, Rule> byPermission = new LinkedHashMap<>();
        rules.forEach(rule -> add(byPermission, rule));
        this.rules = byPermission;
        this.canonicalText = text(byPermission);
        this.digest = sha256(canonicalText);
    }

    @Override
    public Optional<Rule> allows(String peer, Act act, String volume) {
        return Optional.ofNullable(rules.get(new Permitted(act, peer, volume)));
    }

    @Override
    public String digest() {
        return digest;
    }

    /**
     * Everything that is allowed and nothing else: UTF-8, {@code carnet-policy v1}, then a line {@code <rule> <act> <peer> <volume>} for each permission, in the order
     * of the rules and sorted within one. None of the four has a space. Files that allow the same by the same rules have the same text.
     */
    public String canonicalText() {
        return canonicalText;
    }

    private static void add(Map<Permitted, Rule> byPermission, PolicyRule rule) {
        for (Permission permission : rule.allow().stream().sorted().toList()) {
            for (var peer : rule.peers().stream().sorted().toList()) {
                for (String volume : rule.volumes().stream().sorted().toList()) {
                    byPermission.putIfAbsent(new Permitted(act(permission), peer.uri(), volume), new Rule(rule.name()));
                }
            }
        }
    }

    private static Act act(Permission permission) {
        return switch (permission) {
            case PUSH_FROM -> Act.RECEIVE_PUSH;
            case PUSH_TO -> Act.SEND_PUSH;
            case PULL_FROM -> Act.PULL;
            case PULL_BY -> Act.SERVE_PULL;
        };
    }

    private static String label(Act act) {
        return switch (act) {
            case RECEIVE_PUSH -> Permission.PUSH_FROM.label();
            case SEND_PUSH -> Permission.PUSH_TO.label();
            case PULL -> Permission.PULL_FROM.label();
            case SERVE_PULL -> Permission.PULL_BY.label();
        };
    }

    private static String text(Map<Permitted, Rule> byPermission) {
        StringBuilder text = new StringBuilder(FIRST_LINE);
        byPermission.forEach((permitted, rule) -> text.append(rule.name())
                .append(' ')
                .append(label(permitted.act()))
                .append(' ')
                .append(permitted.peer())
                .append(' ')
                .append(permitted.volume())
                .append('\n'));
        return text.toString();
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** One act of one peer on one volume. */
    private record Permitted(Act act, String peer, String volume) {}
}
