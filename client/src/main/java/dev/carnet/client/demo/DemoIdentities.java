package dev.carnet.client.demo;

import dev.carnet.client.demo.DemoConfig.Side;
import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Throwaway identities: two trust domains with a CA each, as two organisations would have, and a certificate for each daemon. */
final class DemoIdentities {

    private DemoIdentities() {}

    /** Makes both CAs below {@code cas}, and puts certificate, key and both anchors where the configurations look for them. */
    static void make(Path cas, Side one, Side other) throws IOException {
        Identities identities = Identities.system();
        for (Side side : new Side[] {one, other}) {
            Authority ca = identities.makeAuthority(side.domain(), cas.resolve(side.domain()));
            identities.issue(ca, SpiffeId.parse(side.spiffeId()), side.identity());
        }
        Files.copy(cas.resolve(other.domain()).resolve(Identities.CA_CERTIFICATE), one.anchor(other));
        Files.copy(cas.resolve(one.domain()).resolve(Identities.CA_CERTIFICATE), other.anchor(one));
    }
}
