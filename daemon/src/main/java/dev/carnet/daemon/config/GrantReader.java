package dev.carnet.daemon.config;

import dev.carnet.daemon.config.GrantConfig.Right;
import dev.carnet.proto.identity.SpiffeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The tables {@code [[grant]]}. A grant that could never allow anything is an error: somebody meant something by it. */
final class GrantReader {
    static final int GRANTS_MAX = 4_096;

    private static final int NAMES_MAX = 1_024;

    /** Of all grants together, principals times volumes times peers times rights: what the policy keeps in memory. */
    private static final int RIGHTS_MAX = 100_000;

    private final PrincipalReader principals;
    private final PeerReader peers;
    private final VolumeReader volumes;
    private final List<GrantConfig> grants = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private int count;
    private long rights;

    GrantReader(PrincipalReader principals, PeerReader peers, VolumeReader volumes) {
        this.principals = principals;
        this.peers = peers;
        this.volumes = volumes;
    }

    List<GrantConfig> grants() {
        return grants;
    }

    void read(Section section) {
        count++;
        String name = name(section);
        List<String> labels = labels(section);
        Set<Right> allow = allow(section);
        List<String> roots = volumes(section, allow);
        List<SpiffeId> ids = peers(section);
        section.end();
        checkWrites(section, roots, allow);
        rights += (long) labels.size() * Math.max(1, roots.size()) * Math.max(1, ids.size()) * allow.size();
        if (rights > RIGHTS_MAX) {
            section.problem(
                    "allow",
                    "all grants to here make " + rights
                            + " rights (principals times volumes times peers times words), more than " + RIGHTS_MAX);
        }
        grants.add(new GrantConfig(name, labels, roots, ids, allow));
    }

    private String name(Section section) {
        Optional<String> name = section.string("name");
        if (name.isEmpty()) {
            return "grant[" + count + "]";
        }
        ConfigReader.nameIsGood(section, "name", name.get(), names);
        names.add(name.get());
        return name.get();
    }

    private List<String> labels(Section section) {
        List<String> labels = PolicyReader.some(section, "principal");
        for (String label : labels) {
            if (!principals.named(label)) {
                section.problem("principal", Section.quote(label) + " is not the label of a [[principal]]");
            }
        }
        return labels.stream().distinct().toList();
    }

    private List<String> volumes(Section section, Set<Right> allow) {
        List<String> roots = section.strings("volume", NAMES_MAX);
        boolean needed = allow.stream().anyMatch(Right::aboutVolumes);
        if (section.absent("volume") && needed) {
            section.problem(
                    "volume",
                    "is missing: a string, or an array of them (only \"audit\" and \"admin\" are about no volume)");
        }
        for (String root : roots) {
            if (!volumes.names().contains(root)) {
                section.problem("volume", Section.quote(root) + " is not the name of a [[volume]]");
            }
        }
        return roots.stream().distinct().toList();
    }

    private List<SpiffeId> peers(Section section) {
        List<SpiffeId> ids = new ArrayList<>();
        for (String text : section.strings("peer", NAMES_MAX)) {
            peers.peer(text).ifPresent(peer -> ids.add(peer.id()));
            if (!peers.named(text)) {
                section.problem("peer", Section.quote(text) + " is neither the alias nor the id of a [[peer]]");
            }
        }
        if (!section.absent("peer") && ids.isEmpty()) {
            section.problem("peer", "names nobody; without the key every peer of the policy is meant");
        }
        return ids.stream().distinct().toList();
    }

    private static Set<Right> allow(Section section) {
        Set<Right> allow = EnumSet.noneOf(Right.class);
        for (String text : PolicyReader.some(section, "allow")) {
            Optional<Right> right = Arrays.stream(Right.values())
                    .filter(value -> value.label().equals(text))
                    .findFirst();
            if (right.isEmpty()) {
                section.problem(
                        "allow",
                        Section.quote(text) + " is none of "
                                + Arrays.stream(Right.values())
                                        .map(Right::label)
                                        .collect(Collectors.joining(", ")));
            }
            right.ifPresent(allow::add);
        }
        return allow;
    }

    private void checkWrites(Section section, List<String> roots, Set<Right> allow) {
        if (!allow.contains(Right.PULL) && !allow.contains(Right.DESTROY)) {
            return;
        }
        for (String root : roots) {
            if (volumes.volume(root).filter(VolumeConfig::readOnly).isPresent()) {
                section.problem("allow", "lets something be changed in the volume " + root + ", which is read-only");
            }
        }
    }
}
