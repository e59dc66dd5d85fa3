package dev.carnet.daemon.config;

import dev.carnet.daemon.config.PolicyRule.Permission;
import dev.carnet.proto.identity.SpiffeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The tables {@code [[policy]]}. A rule that could never allow anything is an error: somebody meant something by it. */
final class PolicyReader {
    static final int RULES_MAX = 4_096;

    private static final int NAMES_MAX = 1_024;

    /** Of all rules together, peers times volumes times words: what the policy keeps in memory. */
    private static final int PERMISSIONS_MAX = 100_000;

    private final PeerReader peers;
    private final VolumeReader volumes;
    private final List<PolicyRule> rules = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private int count;
    private long permissions;

    PolicyReader(PeerReader peers, VolumeReader volumes) {
        this.peers = peers;
        this.volumes = volumes;
    }

    List<PolicyRule> rules() {
        return rules;
    }

    void read(Section section) {
        count++;
        String name = name(section);
        List<SpiffeId> ids = peers(section);
        List<String> roots = volumes(section);
        Set<Permission> allow = allow(section);
        section.end();
        checkWrites(section, roots, allow);
        permissions += (long) ids.size() * roots.size() * allow.size();
        if (permissions > PERMISSIONS_MAX) {
            section.problem(
                    "allow",
                    "all rules to here make " + permissions
                            + " permissions (peers times volumes times words), more than " + PERMISSIONS_MAX);
        }
        rules.add(new PolicyRule(name, ids, roots, allow));
    }

    private String name(Section section) {
        Optional<String> name = section.string("name");
        if (name.isEmpty()) {
            return "policy[" + count + "]";
        }
        ConfigReader.nameIsGood(section, "name", name.get(), names);
        names.add(name.get());
        return name.get();
    }

    private List<SpiffeId> peers(Section section) {
        List<SpiffeId> ids = new ArrayList<>();
        for (String text : some(section, "peer")) {
            peers.peer(text).ifPresent(peer -> ids.add(peer.id()));
            if (!peers.named(text)) {
                section.problem("peer", Section.quote(text) + " is neither the alias nor the id of a [[peer]]");
            }
        }
        return ids.stream().distinct().toList();
    }

    private List<String> volumes(Section section) {
        List<String> roots = some(section, "volume");
        for (String root : roots) {
            if (!volumes.names().contains(root)) {
                section.problem("volume", Section.quote(root) + " is not the name of a [[volume]]");
            }
        }
        return roots.stream().distinct().toList();
    }

    private static Set<Permission> allow(Section section) {
        Set<Permission> allow = EnumSet.noneOf(Permission.class);
        for (String text : some(section, "allow")) {
            Optional<Permission> permission = Arrays.stream(Permission.values())
                    .filter(value -> value.label().equals(text))
                    .findFirst();
            if (permission.isEmpty()) {
                section.problem(
                        "allow",
                        Section.quote(text) + " is none of "
                                + Arrays.stream(Permission.values())
                                        .map(Permission::label)
                                        .collect(Collectors.joining(", ")));
            }
            permission.ifPresent(allow::add);
        }
        return allow;
    }

    private void checkWrites(Section section, List<String> roots, Set<Permission> allow) {
        if (allow.stream().noneMatch(Permission::writes)) {
            return;
        }
        for (String root : roots) {
            if (volumes.volume(root).filter(VolumeConfig::readOnly).isPresent()) {
                section.problem("allow", "lets something be written into the volume " + root + ", which is read-only");
            }
        }
    }

    static List<String> some(Section section, String key) {
        List<String> strings = section.strings(key, NAMES_MAX);
        if (section.absent(key)) {
            section.problem(key, "is missing: a string, or an array of them");
        }
        return strings;
    }
}
