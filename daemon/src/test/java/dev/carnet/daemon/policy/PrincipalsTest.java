package dev.carnet.daemon.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.config.GrantConfig;
import dev.carnet.daemon.config.PrincipalConfig;
import dev.carnet.daemon.config.RightsConfig;
import dev.carnet.daemon.policy.Policy.Grant;
import dev.carnet.daemon.policy.Policy.Right;
import dev.carnet.proto.identity.SpiffeId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Local callers become principals, and grants give them rights: {@link LocalRights}. */
class PrincipalsTest {
    private static final SpiffeId NORTH = SpiffeId.parse("spiffe://example.org/north");
    private static final SpiffeId SOUTH = SpiffeId.parse("spiffe://example.org/south");
    private static final int OWN = 900;

    private static Caller caller(int uid, int gid, Integer... groups) {
        return new Caller(uid, gid, List.of(groups), 7);
    }

    private static PrincipalConfig principal(String label, Set<Integer> uids, Set<Integer> gids) {
        return new PrincipalConfig(label, uids, gids);
    }

    private static GrantConfig grant(
            String name, String principal, String volume, List<SpiffeId> peers, GrantConfig.Right... allow) {
        return new GrantConfig(
                name, List.of(principal), volume.isEmpty() ? List.of() : List.of(volume), peers, Set.of(allow));
    }

    private static LocalRights rights(List<PrincipalConfig> principals, GrantConfig... grants) {
        return LocalRights.of(new RightsConfig(principals, List.of(grants), List.of()), OWN);
    }

    @Test
    void a_caller_is_the_first_principal_that_names_it() {
        LocalRights rights = rights(List.of(
                principal("ops", Set.of(1, -2), Set.of()),
                principal("team", Set.of(2), Set.of(50)),
                principal("all", Set.of(), Set.of(60, 1))));
        assertThat(rights.principal(caller(1, 60, 50))).contains("ops");
        assertThat(rights.principal(caller(-2, 9))).as("4294967294").contains("ops");
        assertThat(rights.principal(caller(2, 9))).contains("team");
        assertThat(rights.principal(caller(3, 50))).as("by its own group").contains("team");
        assertThat(rights.principal(caller(3, 9, 8, 50)))
                .as("by a supplementary one")
                .contains("team");
        assertThat(rights.principal(caller(3, 60, 50)))
                .as("the first of the file, not of its groups")
                .contains("team");
        assertThat(rights.principal(caller(3, 60))).contains("all");
        assertThat(rights.principal(caller(50, 2, 2))).as("a uid is no gid").isEmpty();
        assertThat(rights.principal(caller(3, 9))).isEmpty();
    }

    @Test
    void root_and_the_daemons_own_user_are_nobody_where_principals_are_named() {
        LocalRights rights = rights(List.of(principal("ops", Set.of(1), Set.of())));
        assertThat(rights.principal(caller(0, 0))).isEmpty();
        assertThat(rights.principal(caller(OWN, OWN))).isEmpty();
        assertThat(rights.grants(LocalRights.LOCAL, Right.ADMIN, "", "")).isEmpty();
    }

    @Test
    void without_principals_the_daemons_own_user_and_root_may_do_everything_and_nobody_else_anything() {
        LocalRights rights = rights(List.of());
        assertThat(rights.principal(caller(0, 5))).contains(LocalRights.LOCAL);
        assertThat(rights.principal(caller(OWN, 5))).contains(LocalRights.LOCAL);
        assertThat(rights.principal(caller(5, 0, 0, OWN)))
                .as("no group lets in")
                .isEmpty();
        for (Right right : Right.values()) {
            assertThat(rights.grants(LocalRights.LOCAL, right, "any", NORTH.uri()))
                    .contains(new Grant(LocalRights.DEFAULT_GRANT));
            assertThat(rights.grants("other", right, "any", NORTH.uri())).isEmpty();
        }
        assertThat(rights.volumes(LocalRights.LOCAL)).as("all").isEmpty();
    }

    @Test
    void nobody_may_do_anything() {
        assertThat(LocalRights.none().principal(caller(0, 0))).isEmpty();
        assertThat(LocalRights.none().grants(LocalRights.LOCAL, Right.PUSH, "", ""))
                .isEmpty();
    }

    @Test
    void a_grant_gives_what_it_says_and_no_more() {
        LocalRights rights = rights(
                List.of(principal("team", Set.of(2), Set.of()), principal("ops", Set.of(1), Set.of())),
                grant("g1", "team", "out", List.of(NORTH), GrantConfig.Right.PUSH),
                grant("g2", "team", "in", List.of(), GrantConfig.Right.PULL, GrantConfig.Right.DESTROY),
                grant("g3", "ops", "", List.of(), GrantConfig.Right.ADMIN));
        assertThat(rights.grants("team", Right.PUSH, "out", NORTH.uri())).contains(new Grant("g1"));
        assertThat(rights.grants("team", Right.PUSH, "out", SOUTH.uri()))
                .as("another peer")
                .isEmpty();
        assertThat(rights.grants("team", Right.PUSH, "in", NORTH.uri()))
                .as("another volume")
                .isEmpty();
        assertThat(rights.grants("team", Right.PULL, "out", NORTH.uri()))
                .as("another right")
                .isEmpty();
        assertThat(rights.grants("ops", Right.PUSH, "out", NORTH.uri()))
                .as("another principal; admin is no push")
                .isEmpty();
        assertThat(rights.grants("team", Right.PUSH, "", NORTH.uri()))
                .as("on any volume")
                .contains(new Grant("g1"));
        assertThat(rights.grants("team", Right.PUSH, "out", ""))
                .as("with any peer")
                .contains(new Grant("g1"));
        assertThat(rights.grants("team", Right.PULL, "in", SOUTH.uri()))
                .as("with all peers")
                .contains(new Grant("g2"));
        assertThat(rights.grants("team", Right.DESTROY, "in", "")).contains(new Grant("g2"));
        assertThat(rights.grants("team", Right.ADMIN, "", "")).isEmpty();
        assertThat(rights.grants("ops", Right.ADMIN, "", "")).contains(new Grant("g3"));
        assertThat(rights.grants("Team", Right.PUSH, "out", NORTH.uri())).isEmpty();
        assertThat(rights.volumes("team")).contains(Set.of("out", "in"));
        assertThat(rights.volumes("ops")).as("all").isEmpty();
        assertThat(rights.volumes("nobody")).contains(Set.of());
    }

    @Test
    void who_may_audit_sees_no_volume_for_it() {
        LocalRights rights = rights(
                List.of(principal("audit", Set.of(2), Set.of())),
                grant("g", "audit", "out", List.of(), GrantConfig.Right.AUDIT));
        assertThat(rights.grants("audit", Right.AUDIT, "", "")).contains(new Grant("g"));
        assertThat(rights.grants("audit", Right.ADMIN, "", "")).isEmpty();
        assertThat(rights.volumes("audit")).contains(Set.of());
        assertThat(rights.canonicalText().lines()).contains("grant g audit audit * *");
    }

    @Test
    void the_first_grant_that_gives_is_named() {
        LocalRights rights = rights(
                List.of(principal("team", Set.of(2), Set.of())),
                grant("narrow", "team", "out", List.of(SOUTH), GrantConfig.Right.PUSH),
                grant("first", "team", "out", List.of(), GrantConfig.Right.PUSH),
                grant("second", "team", "out", List.of(NORTH), GrantConfig.Right.PUSH));
        assertThat(rights.grants("team", Right.PUSH, "out", NORTH.uri())).contains(new Grant("first"));
        assertThat(rights.grants("team", Right.PUSH, "out", SOUTH.uri())).contains(new Grant("narrow"));
    }

    /** It is hashed into every intent: the same whatever the order in which a set was written, another with every right. */
    @Test
    void the_canonical_text() {
        LocalRights rights = rights(
                List.of(
                        principal("team", new LinkedHashSet<>(List.of(20, 3, -2)), Set.of(7)),
                        principal("ops", Set.of(1), Set.of())),
                new GrantConfig(
                        "g1",
                        List.of("team", "ops"),
                        List.of("out", "in"),
                        List.of(SOUTH, NORTH),
                        Set.of(GrantConfig.Right.PULL, GrantConfig.Right.PUSH)),
                grant("g2", "ops", "", List.of(), GrantConfig.Right.ADMIN));
        assertThat(rights.canonicalText().lines())
                .startsWith(
                        "principal team uid 3",
                        "principal team uid 20",
                        "principal team uid 4294967294",
                        "principal team gid 7",
                        "principal ops uid 1",
                        "grant g1 push ops in spiffe://example.org/north",
                        "grant g1 push ops in spiffe://example.org/south",
                        "grant g1 push ops out spiffe://example.org/north")
                .endsWith("grant g1 pull team out spiffe://example.org/south", "grant g2 admin ops * *")
                .hasSize(5 + 16 + 1);
        assertThat(LocalRights.none().canonicalText()).isEmpty();
        assertThat(rights(List.of()).canonicalText())
                .isEqualTo("principal local uid 0\nprincipal local uid 900\n"
                        + "grant default push local * *\ngrant default pull local * *\n"
                        + "grant default destroy local * *\ngrant default audit local * *\n"
                        + "grant default admin local * *\n");
    }

    @Test
    void callers_are_named_as_the_kernel_numbers_them() {
        assertThat(caller(-6, 1).who()).isEqualTo("uid 4294967290");
        assertThat(caller(5, -1, -2)).hasToString("uid 5 gid 4294967295 groups 4294967294 pid 7");
        assertThat(caller(5, 6).in(6)).isTrue();
        assertThat(caller(5, 6, 8).in(8)).isTrue();
        assertThat(caller(5, 6, 8).in(5)).isFalse();
    }
}
