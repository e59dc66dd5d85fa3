package dev.carnet.client.audit;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.ObservedFork;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferReceipt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a ledger says of its dealings with some others, by the digests that join them. Filled entry by entry. */
final class Dealings {
    private final String origin;
    private final Set<Hash32> intents = new HashSet<>();
    private final Map<String, With> with = new HashMap<>();

    /** An entry, its payload, and its hash: equal hashes are equal bytes. */
    record Place(Hash32 payload, long index, Hash32 leaf) {}

    /** Entries by payload. Nobody who keeps to the protocol writes one twice; then the first is the one that others are compared with, and each is compared. */
    static final class Joined {
        private final Map<Hash32, Place> first = new HashMap<>();
        private final List<Place> again = new ArrayList<>();

        void add(Place place) {
            if (first.putIfAbsent(place.payload(), place) != null) {
                again.add(place);
            }
        }

        Map<Hash32, Place> first() {
            return first;
        }

        /** All of them. */
        List<Place> all() {
            List<Place> all = new ArrayList<>(first.values());
            all.addAll(again);
            return all;
        }
    }

    /**
     * With one other ledger.
     *
     * @param receipts that name the other as a side
     * @param ownSeals of this daemon's for the other
     * @param sealsOfOther of the other's
     * @param forksOfOther forks of the other's log that were observed
     * @param intentsOfOther payloads of transfer-intents that have to be in the other ledger, and which entry names each first
     * @param intentsOfOwn payloads of transfer-intents that a receipt says are here and that were not yet, and which entry names each first
     */
    record With(
            Joined receipts,
            Joined ownSeals,
            Joined sealsOfOther,
            Joined forksOfOther,
            Map<Hash32, Long> intentsOfOther,
            Map<Hash32, Long> intentsOfOwn) {
        With() {
            this(new Joined(), new Joined(), new Joined(), new Joined(), new HashMap<>(), new HashMap<>());
        }
    }

    /**
     * Of nothing yet.
     *
     * @param origin of the ledger
     * @param others origins of those that it will be compared with
     */
    Dealings(String origin, Set<String> others) {
        this.origin = origin;
        others.forEach(other -> with.put(other, new With()));
        with.remove(origin);
    }

    void see(LedgerEntry entry) {
        switch (entry.statement()) {
            case TransferIntent intent -> intent(entry, intent);
            case Seal seal -> {
                With source = with.get(seal.origin());
                With destination = with.get(seal.destination().origin());
                if (source != null) {
                    source.sealsOfOther().add(place(entry));
                } else if (destination != null) {
                    destination.ownSeals().add(place(entry));
                }
            }
            case TransferReceipt receipt -> receipt(entry, receipt);
            case ObservedFork fork -> {
                With other = with.get(fork.peerOrigin());
                if (other != null) {
                    other.forksOfOther().add(place(entry));
                }
            }
            default -> {}
        }
    }

    private void intent(LedgerEntry entry, TransferIntent intent) {
        intents.add(payload(entry));
        With other = with.get(intent.peerOrigin());
        if (other != null && intent.role() == Role.SOURCE) {
            intent.peerIntent()
                    .ifPresent(digest -> other.intentsOfOther().putIfAbsent(Hash32.ofHex(digest), entry.index()));
        }
    }

    private void receipt(LedgerEntry entry, TransferReceipt receipt) {
        boolean here = receipt.destination().origin().equals(origin);
        With other = with.get(
                here ? receipt.source().origin() : receipt.destination().origin());
        if (other == null) {
            return;
        }
        other.receipts().add(place(entry));
        Hash32 source = Hash32.ofHex(receipt.source().intent());
        Hash32 destination = Hash32.ofHex(receipt.destination().intent());
        other.intentsOfOther().putIfAbsent(here ? source : destination, entry.index());
        Hash32 own = here ? destination : source;
        if (!intents.contains(own)) { // most often it is there already
            other.intentsOfOwn().putIfAbsent(own, entry.index());
        }
    }

    private static Hash32 payload(LedgerEntry entry) {
        return Hash32.of(Digests.sha256(entry.envelope().payload()));
    }

    private static Place place(LedgerEntry entry) {
        return new Place(payload(entry), entry.index(), entry.leaf());
    }

    String origin() {
        return origin;
    }

    /** Of all that were named when this was made. */
    With with(String other) {
        return with.getOrDefault(other, new With());
    }

    /** Whether this payload is a transfer-intent of this ledger. */
    boolean hasIntent(Hash32 payload) {
        return intents.contains(payload);
    }
}
