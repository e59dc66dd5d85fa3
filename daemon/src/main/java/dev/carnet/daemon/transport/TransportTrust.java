package dev.carnet.daemon.transport;

import dev.carnet.proto.identity.IdentityException;
import dev.carnet.proto.identity.Revocations;
import dev.carnet.proto.identity.SpiffeId;
import dev.carnet.proto.identity.TrustAnchors;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whom connections are believed of: an immutable value, replaced whole by {@link Transport#reload}.
 *
 * @param anchors CAs by trust domain
 * @param revocations who is refused all the same
 * @param peers configured ones
 * @param auditors SPIFFE IDs of those who may read the ledger; a peer may be among them, and is not because it is a peer
 */
public record TransportTrust(
        TrustAnchors anchors, Revocations revocations, List<PeerSpec> peers, Set<String> auditors) {
    public TransportTrust {
        peers = List.copyOf(peers);
        auditors = Set.copyOf(auditors);
        if (peers.stream().map(PeerSpec::spiffeId).distinct().count() != peers.size()) {
            throw new IllegalArgumentException(
                    "two peers with one SPIFFE ID: give each peer its own, with all of its addresses");
        }
    }

    /** Without auditors. */
    public TransportTrust(TrustAnchors anchors, Revocations revocations, List<PeerSpec> peers) {
        this(anchors, revocations, peers, Set.of());
    }

    /**
     * Judges a chain by SPEC section 5.
     *
     * @throws IdentityException the first reason why it is not good
     */
    SpiffeId judge(List<X509Certificate> chain, Instant at, TrustAnchors.Usage usage) {
        SpiffeId id = anchors.validate(chain, at, usage);
        revocations.check(id, chain);
        return id;
    }

    Optional<PeerSpec> peer(String spiffeId) {
        return peers.stream().filter(peer -> peer.spiffeId().equals(spiffeId)).findFirst();
    }
}
