package dev.carnet.daemon.policy;

import dev.carnet.daemon.config.GrantConfig;
import dev.carnet.daemon.config.GrantConfig.Right;
import dev.carnet.daemon.config.PrincipalConfig;
import dev.carnet.daemon.config.RightsConfig;
import dev.carnet.proto.identity.SpiffeId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What local callers may do, as an immutable value. A caller is <em>one</em> principal: the first of the configuration that names its uid, its gid or one of its supplementary groups. What no
 * grant gives to that principal it may not do; where several do, the first of the configuration is named.
 */
public final class LocalRights {
    /** Who asks where no principal is configured. */
    public static final String LOCAL = "local";

    /** The name of the grant that holds where none is configured. */
    public static final String DEFAULT_GRANT = "default";

    private static final int ROOT = 0;
    private static final String ANY = "*";

    private final List<PrincipalConfig> principals;
    private final List<GrantConfig> grants;
    private final boolean standard;

    private LocalRights(List<PrincipalConfig> principals, List<GrantConfig> grants, boolean standard) {
        this.principals = List.copyOf(principals);
        this.grants = List.copyOf(grants);
        this.standard = standard;
    }

    /**
     * The rights that a configuration gives. Where it names no principal, the daemon's own user and root are {@link #LOCAL} and may do everything.
     *
     * @param ownUid of this process
     */
    public static LocalRights of(RightsConfig config, int ownUid) {
        if (!config.principals().isEmpty()) {
            return new LocalRights(config.principals(), config.grants(), false);
        }
        var local = new PrincipalConfig(LOCAL, new LinkedHashSet<>(List.of(ROOT, ownUid)), Set.of());
        return new LocalRights(List.of(local), List.of(), true);
    }

    /** Nobody may do anything. */
    public static LocalRights none() {
        return new LocalRights(List.of(), List.of(), false);
    }

    public Optional<String> principal(Caller caller) {
        return principals.stream()
                .filter(p ->
                        p.uids().contains(caller.uid()) || p.gids().stream().anyMatch(caller::in))
                .map(PrincipalConfig::label)
                .findFirst();
    }

    /**
     * The grant that gives a right.
     *
     * @param volume empty for: on any volume at all
     * @param peer SPIFFE ID; empty for: with any peer at all
     */
    public Optional<Policy.Grant> grants(String principal, Policy.Right right, String volume, String peer) {
        if (standard) {
            return principal.equals(LOCAL) ? Optional.of(new Policy.Grant(DEFAULT_GRANT)) : Optional.empty();
        }
        return grants.stream()
                .filter(g -> g.principals().contains(principal) && g.allow().contains(Right.valueOf(right.name())))
                .filter(g -> volume.isEmpty() || g.volumes().contains(volume))
                .filter(g -> peer.isEmpty()
                        || g.peers().isEmpty()
                        || g.peers().stream().map(SpiffeId::uri).anyMatch(peer::equals))
                .map(g -> new Policy.Grant(g.name()))
                .findFirst();
    }

    /** The volumes on which a principal has some right; empty for all there are: who has {@code admin} looks everywhere. */
    public Optional<Set<String>> volumes(String principal) {
        if (grants(principal, Policy.Right.ADMIN, "", "").isPresent()) {
            return Optional.empty();
        }
        return Optional.of(grants.stream()
                .filter(g -> g.principals().contains(principal))
                .filter(g -> g.allow().stream().anyMatch(Right::aboutVolumes))
                .flatMap(g -> g.volumes().stream())
                .collect(Collectors.toUnmodifiableSet()));
    }

    /**
     * Lines {@code principal <label> uid|gid <number>} in the order of the principals, sorted within one, and lines {@code grant <name> <right> <principal> <volume> <peer>} likewise;
     * {@code *} stands for any volume or peer. Ends with a line feed, where there is a line.
     */
    String canonicalText() {
        StringBuilder text = new StringBuilder();
        for (PrincipalConfig p : principals) {
            numbers(text, p.label(), "uid", p.uids());
            numbers(text, p.label(), "gid", p.gids());
        }
        if (standard) {
            for (Right right : Right.values()) {
                line(text, DEFAULT_GRANT, right, LOCAL, ANY, ANY);
            }
        }
        grants.forEach(grant -> lines(text, grant));
        return text.toString();
    }

    private static void numbers(StringBuilder text, String label, String kind, Set<Integer> numbers) {
        numbers.stream()
                .sorted(Integer::compareUnsigned)
                .forEach(number -> text.append("principal ")
                        .append(label)
                        .append(' ')
                        .append(kind)
                        .append(' ')
                        .append(Integer.toUnsignedString(number))
                        .append('\n'));
    }

    private static void lines(StringBuilder text, GrantConfig grant) {
        for (Right right : grant.allow().stream().sorted().toList()) {
            for (String principal : grant.principals().stream().sorted().toList()) {
                for (String volume : right.aboutVolumes() ? sorted(grant.volumes()) : List.of(ANY)) {
                    for (String peer : right.aboutVolumes()
                            ? sorted(grant.peers().stream().map(SpiffeId::uri).toList())
                            : List.of(ANY)) {
                        line(text, grant.name(), right, principal, volume, peer);
                    }
                }
            }
        }
    }

    private static List<String> sorted(List<String> names) {
        return names.isEmpty() ? List.of(ANY) : names.stream().sorted().toList();
    }

    private static void line(
            StringBuilder text, String grant, Right right, String principal, String volume, String peer) {
        text.append("grant ")
                .append(String.join(" ", grant, right.label(), principal, volume, peer))
                .append('\n');
    }
}
