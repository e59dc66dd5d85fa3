package dev.carnet.daemon.config;

import dev.carnet.proto.identity.SpiffeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The tables {@code [[auditor]]}. A peer is none unless it is listed here as well. */
final class AuditorReader {
    static final int AUDITORS_MAX = 256;

    private final Set<String> trustDomains;
    private final boolean listening;
    private final List<AuditorConfig> auditors = new ArrayList<>();
    private final List<String> aliases = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();

    /**
     * @param trustDomains those with anchors
     * @param listening whether anybody can connect
     */
    AuditorReader(Set<String> trustDomains, boolean listening) {
        this.trustDomains = trustDomains;
        this.listening = listening;
    }

    List<AuditorConfig> auditors() {
        return auditors;
    }

    void read(Section section) {
        Optional<String> alias = section.required("alias");
        Optional<SpiffeId> id = section.required("id").flatMap(text -> PeerReader.id(section, text, ids, trustDomains));
        section.end();
        boolean good = alias.isPresent() && ConfigReader.nameIsGood(section, "alias", alias.get(), aliases);
        alias.ifPresent(aliases::add);
        if (!listening) {
            section.problem("id", "this auditor can never connect: [daemon] has no listen");
        }
        if (good && id.isPresent()) {
            auditors.add(new AuditorConfig(alias.orElseThrow(), id.get()));
        }
    }
}
