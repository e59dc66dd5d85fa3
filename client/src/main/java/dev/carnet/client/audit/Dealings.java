package dev.carnet.client.audit;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.ObservedFork;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferReceipt;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;

/** What a ledger says of its dealings with one other, by the digests that join the two. Filled entry by entry. */
final class Dealings {
    private final String origin;
    private final String other;
    private final Map<Hash32, Place> receipts = new HashMap<>();
    private final Map<Hash32, Place> ownSeals = new HashMap<>();
    private final Map<Hash32, Place> sealsOfOther = new HashMap<>();
    private final Map<Hash32, Place> forksOfOther = new HashMap<>();
    private final Set<Hash32> intents = new HashSet<>();
    private final Map<Hash32, Long> intentsOfOther = new HashMap<>();
    private final Map<Hash32, Long> intentsOfOwn = new HashMap<>();

    /** An entry, and its hash: equal hashes are equal bytes. */
    record Place(long index, Hash32 leaf) {}

    /**
     * Of nothing yet.
     *
     * @param origin of the ledger
     * @param other origin of the other
     */
    Dealings(String origin, String other) {
        this.origin = origin;
        this.other = other;
    }

    void see(LedgerEntry entry) {
        switch (entry.statement()) {
            case TransferIntent intent -> intent(entry, intent);
            case Seal seal -> {
                if (seal.origin().equals(other)) {
                    sealsOfOther.putIfAbsent(payload(entry), place(entry));
                } else if (seal.destination().origin().equals(other)) {
                    ownSeals.putIfAbsent(payload(entry), place(entry));
                }
            }
            case TransferReceipt receipt -> receipt(entry, receipt);
            case ObservedFork fork -> {
                if (fork.peerOrigin().equals(other)) {
                    forksOfOther.putIfAbsent(payload(entry), place(entry));
                }
            }
            default -> {}
        }
    }

    private void intent(LedgerEntry entry, TransferIntent intent) {
        intents.add(payload(entry));
        if (intent.role() == Role.SOURCE && intent.peerOrigin().equals(other)) {
            intent.peerIntent().ifPresent(digest -> intentsOfOther.putIfAbsent(hash(digest), entry.index()));
        }
    }

    private void receipt(LedgerEntry entry, TransferReceipt receipt) {
        boolean toOther = receipt.destination().origin().equals(other);
        boolean fromOther = receipt.source().origin().equals(other);
        if (!toOther && !fromOther) {
            return;
        }
        receipts.putIfAbsent(payload(entry), place(entry));
        Hash32 source = hash(receipt.source().intent());
        Hash32 destination = hash(receipt.destination().intent());
        intentsOfOther.putIfAbsent(toOther ? destination : source, entry.index());
        intentsOfOwn.putIfAbsent(toOther ? source : destination, entry.index());
    }

    private static Hash32 payload(LedgerEntry entry) {
        return Hash32.of(Digests.sha256(entry.envelope().payload()));
    }

    private static Place place(LedgerEntry entry) {
        return new Place(entry.index(), entry.leaf());
    }

    private static Hash32 hash(String hex) {
        return Hash32.of(HexFormat.of().parseHex(hex));
    }

    String origin() {
        return origin;
    }

    /** Receipts that name the other as a side, by payload. */
    Map<Hash32, Place> receipts() {
        return receipts;
    }

    /** Seals of this daemon's for the other, by payload. */
    Map<Hash32, Place> ownSeals() {
        return ownSeals;
    }

    /** Seals of the other's, by payload. */
    Map<Hash32, Place> sealsOfOther() {
        return sealsOfOther;
    }

    /** Forks of the other's log that were observed, by payload. */
    Map<Hash32, Place> forksOfOther() {
        return forksOfOther;
    }

    /** Payloads of all transfer-intents. */
    Set<Hash32> intents() {
        return intents;
    }

    /** Payloads of transfer-intents that have to be in the other ledger, and which entry names each first. */
    Map<Hash32, Long> intentsOfOther() {
        return intentsOfOther;
    }

    /** Payloads of transfer-intents that a receipt says are here, and which entry names each first. */
    Map<Hash32, Long> intentsOfOwn() {
        return intentsOfOwn;
    }
}
