package dev.carnet.daemon.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.config.AuditorConfig;
import dev.carnet.daemon.config.PolicyRule;
import dev.carnet.daemon.config.PolicyRule.Permission;
import dev.carnet.daemon.policy.Policy.Act;
import dev.carnet.daemon.policy.Policy.Rule;
import dev.carnet.proto.identity.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RulePolicyTest {
    private static final SpiffeId NORTH = SpiffeId.parse("spiffe://example.org/north");
    private static final SpiffeId SOUTH = SpiffeId.parse("spiffe://example.org/south");

    @Test
    void nothing_is_allowed_that_no_rule_allows() {
        var policy = new RulePolicy(List.of(rule("one", NORTH, "in", Permission.PUSH_FROM)));
        for (Act act : Act.values()) {
            for (String peer : List.of(NORTH.uri(), SOUTH.uri(), "north", "")) {
                for (String volume : List.of("in", "out", "")) {
                    boolean allowed = act == Act.RECEIVE_PUSH && peer.equals(NORTH.uri()) && volume.equals("in");
                    assertThat(policy.allows(peer, act, volume).isPresent()).isEqualTo(allowed);
                }
            }
        }
        assertThat(new RulePolicy(List.of()).allows(NORTH.uri(), Act.SEND_PUSH, "in"))
                .isEmpty();
    }

    @Test
    void each_word_is_one_act() {
        assertThat(allowed(Permission.PUSH_FROM)).containsExactly(Act.RECEIVE_PUSH);
        assertThat(allowed(Permission.PUSH_TO)).containsExactly(Act.SEND_PUSH);
        assertThat(allowed(Permission.PULL_FROM)).containsExactly(Act.PULL);
        assertThat(allowed(Permission.PULL_BY)).containsExactly(Act.SERVE_PULL);
    }

    private static List<Act> allowed(Permission permission) {
        var policy = new RulePolicy(List.of(rule("one", NORTH, "in", permission)));
        return List.of(Act.values()).stream()
                .filter(act -> policy.allows(NORTH.uri(), act, "in").isPresent())
                .toList();
    }

    @Test
    void the_first_rule_that_allows_is_named() {
        var policy = new RulePolicy(List.of(
                rule("one", NORTH, "in", Permission.PUSH_TO),
                rule("two", NORTH, "in", Permission.PUSH_FROM),
                rule("three", NORTH, "in", Permission.PUSH_FROM)));
        assertThat(policy.allows(NORTH.uri(), Act.RECEIVE_PUSH, "in")).contains(new Rule("two"));
    }

    @Test
    void the_canonical_text_says_all_and_nothing_twice() throws Exception {
        var policy = new RulePolicy(List.of(
                new PolicyRule(
                        "policy[1]",
                        List.of(SOUTH, NORTH),
                        List.of("b", "a"),
                        Set.of(Permission.PUSH_TO, Permission.PUSH_FROM)),
                rule("again", NORTH, "a", Permission.PUSH_TO)));
        String text = """
                carnet-policy v2
                rule policy[1] push-from spiffe://example.org/north a
                rule policy[1] push-from spiffe://example.org/north b
                rule policy[1] push-from spiffe://example.org/south a
                rule policy[1] push-from spiffe://example.org/south b
                rule policy[1] push-to spiffe://example.org/north a
                rule policy[1] push-to spiffe://example.org/north b
                rule policy[1] push-to spiffe://example.org/south a
                rule policy[1] push-to spiffe://example.org/south b
                """;
        assertThat(policy.canonicalText()).isEqualTo(text);
        assertThat(policy.digest())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void who_may_read_the_ledger_is_part_of_it() {
        List<AuditorConfig> auditors = List.of(new AuditorConfig("y", SOUTH), new AuditorConfig("x", NORTH));
        var policy = new RulePolicy(List.of(), LocalRights.none(), auditors);
        assertThat(policy.canonicalText())
                .isEqualTo(
                        "carnet-policy v2\nauditor spiffe://example.org/north\nauditor spiffe://example.org/south\n");
        assertThat(new RulePolicy(List.of(), LocalRights.none(), auditors.reversed()).digest())
                .isEqualTo(policy.digest());
    }

    @Test
    void the_digest_moves_with_what_is_allowed_alone() {
        var one = new RulePolicy(List.of(new PolicyRule(
                "r", List.of(NORTH, SOUTH), List.of("a"), Set.of(Permission.PUSH_TO, Permission.PULL_BY))));
        var same = new RulePolicy(List.of(new PolicyRule(
                "r", List.of(SOUTH, NORTH), List.of("a"), Set.of(Permission.PULL_BY, Permission.PUSH_TO))));
        var less = new RulePolicy(List.of(rule("r", NORTH, "a", Permission.PUSH_TO)));
        assertThat(same.digest()).isEqualTo(one.digest());
        assertThat(less.digest()).isNotEqualTo(one.digest());
    }

    private static PolicyRule rule(String name, SpiffeId peer, String volume, Permission... allow) {
        return new PolicyRule(name, List.of(peer), List.of(volume), Set.of(allow));
    }
}
