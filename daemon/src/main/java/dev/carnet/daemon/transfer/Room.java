package dev.carnet.daemon.transfer;

import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.ledger.Published;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.transport.ChunkPool;
import dev.carnet.daemon.transport.Transport;
import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.identity.TrustAnchors;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.Supplier;

/**
 * What this room stands on: the rooms below, and the four small doors (clock, randomness; disk and network lie behind the rooms).
 *
 * @param current asked anew each time, by {@link #settings}
 * @param policy the one in force, asked anew each time
 * @param trusted asked anew each time, by {@link #anchors}
 * @param sendPool byte budget of what is read and sent
 * @param published how far the ledger's log is: receipts are handed out when it covers them
 * @param refusals told what is refused to a peer
 */
public record Room(
        Supplier<Settings> current,
        Store store,
        Ledger ledger,
        Published published,
        Transport transport,
        Supplier<Policy> policy,
        Supplier<TrustAnchors> trusted,
        ChunkPool sendPool,
        Blake3 blake3,
        Clock clock,
        SecureRandom random,
        RefusalSink refusals) {
    /** What configuration says now: a value, replaced whole when it changes. Volumes, state and this daemon's own ID never do. */
    public Settings settings() {
        return current.get();
    }

    /** Whom evidence is believed of now. */
    public TrustAnchors anchors() {
        return trusted.get();
    }
}
