package dev.carnet.daemon.policy;

import dev.carnet.daemon.config.AuditorConfig;
import dev.carnet.daemon.config.PolicyRule;
import dev.carnet.daemon.config.PolicyRule.Permission;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The policy that the configuration's rules make. What none of them allows is denied; where several do, the first in the file is named. */
public final class RulePolicy implements Policy {
    private static final String FIRST_LINE = "carnet-policy v2\n";

    /** What is allowed, and by which rule: in the order of the rules, and sorted within each. */
    private final Map<Permitted, Rule> rules;

    private final LocalRights local;
    private final String canonicalText;
    private final String digest;

    /** Peers alone: no local caller may do anything. */
    public RulePolicy(List<PolicyRule> rules) {
        this(rules, LocalRights.none());
    }

    public RulePolicy(List<PolicyRule> rules, LocalRights local) {
        this(rules, local, List.of());
    }

    public RulePolicy(List<PolicyRule> rules, LocalRights local, List<AuditorConfig> auditors) {
        this.local = local;
        Map<Permitted, Rule> byPermission = new LinkedHashMap<>();
        rules.forEach(rule -> add(byPermission, rule));
        this.rules = byPermission;
        this.canonicalText = text(byPermission) + text(auditors) + local.canonicalText();
        this.digest = Sha256.hex(canonicalText);
    }

    @Override
    public Optional<Rule> allows(String peer, Act act, String volume) {
        return Optional.ofNullable(rules.get(new Permitted(act, peer, volume)));
    }

    @Override
    public Optional<String> principal(Caller caller) {
        return local.principal(caller);
    }

    @Override
    public Optional<Grant> grants(String principal, Right right, String volume, String peer) {
        return local.grants(principal, right, volume, peer);
    }

    @Override
    public Optional<Set<String>> volumes(String principal) {
        return local.volumes(principal);
    }

    @Override
    public String digest() {
        return digest;
    }

    /**
     * Everything that is allowed and nothing else: UTF-8, {@code carnet-policy v2}, then a line {@code rule <name> <act> <peer> <volume>} for each permission of a peer, in the order
     * of the rules and sorted within one; {@code auditor <id>} for each auditor, sorted; then the lines of {@link LocalRights#canonicalText}. No name has a space. Files that allow the same by the same rules have the same text.
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
        byPermission.forEach((permitted, rule) -> text.append("rule ")
                .append(rule.name())
                .append(' ')
                .append(label(permitted.act()))
                .append(' ')
                .append(permitted.peer())
                .append(' ')
                .append(permitted.volume())
                .append('\n'));
        return text.toString();
    }

    private static String text(List<AuditorConfig> auditors) {
        return auditors.stream()
                .map(auditor -> "auditor " + auditor.id().uri() + '\n')
                .sorted()
                .collect(Collectors.joining());
    }

    /** One act of one peer on one volume. */
    private record Permitted(Act act, String peer, String volume) {}
}
