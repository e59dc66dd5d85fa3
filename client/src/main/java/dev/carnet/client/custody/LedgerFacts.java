package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Brought;
import dev.carnet.proto.ledger.Destruction;
import dev.carnet.proto.ledger.DestructionIntent;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.PossessionReleased;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.ReceiptPending;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.StagingDestroyed;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.TransferAbort;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.ledger.TransferResumed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What custody keeps of one ledger: entries come once, in their order, and are not kept. */
final class LedgerFacts {
    private final Map<TransferId, TransferFacts> transfers = new HashMap<>();
    private final Map<Spot, List<PlaceEvent>> possessions = new HashMap<>();
    private final Map<Spot, List<PlaceEvent>> ends = new HashMap<>();
    private final Map<String, List<Adoption>> adoptions = new HashMap<>();
    private final List<MoreSeal> moreSeals = new ArrayList<>();
    private final Map<Party, Party> named = new HashMap<>();
    private final Words words;

    /** Several may share their words. */
    LedgerFacts(Words words) {
        this.words = words;
        words.add(this);
    }

    /** The next entry. */
    void entry(long index, Statement says) {
        switch (says) {
            case TransferIntent intent -> intent(index, intent);
            case Seal seal -> seal(index, seal);
            case Possession possession -> possession(index, possession);
            case TransferReceipt receipt -> receipt(index, receipt);
            case ReceiptPending pending -> pending(index, pending);
            case TransferAbort abort -> abort(index, abort);
            case StagingDestroyed staging -> ended(index, staging, staging.transfer());
            case TransferResumed resumed -> facts(index, resumed, resumed.transfer());
            case PossessionReleased end -> gone(index, end, end.by(), end.volume(), end.name(), end.tree());
            case DestructionIntent end -> gone(index, end, end.by(), end.volume(), end.name(), end.tree());
            case Destruction end -> gone(index, end, end.by(), end.volume(), end.name(), end.tree());
            default -> {} // of the daemon itself: no copy is named
        }
    }

    private TransferFacts facts(long index, Statement says, String transfer) {
        TransferId id = TransferId.of(transfer);
        TransferFacts facts = transfers.get(id);
        if (facts == null) {
            TransferFacts elsewhere = words.elsewhere(id, this);
            facts = new TransferFacts(elsewhere == null ? id : elsewhere.id());
            transfers.put(facts.id(), facts);
        }
        facts.entry(index, says.predicate());
        return facts;
    }

    private void intent(long index, TransferIntent says) {
        TransferFacts facts = facts(index, says, says.transfer());
        TransferFacts elsewhere = words.elsewhere(facts.id(), this);
        facts.intent(Intent.of(says, elsewhere == null ? says.name() : same(elsewhere, says.name()), words));
        names(says.peerOrigin(), says.peer());
    }

    /** The name that an intent has already, where it is this. */
    private static String same(TransferFacts facts, String name) {
        for (Role role : Role.values()) {
            Intent intent = facts.intent(role);
            if (intent != null && intent.name().equals(name)) {
                return intent.name();
            }
        }
        return name;
    }

    private Bulk same(TransferFacts facts, Bulk bulk) {
        TransferFacts elsewhere = words.elsewhere(facts.id(), this);
        Bulk own = facts.bulk();
        Bulk other = elsewhere == null ? null : elsewhere.bulk();
        Bulk one = own == null ? bulk : bulk.orSame(own);
        return other == null ? one : one.orSame(other);
    }

    private void seal(long index, Seal says) {
        TransferFacts facts = facts(index, says, says.transfer());
        Bulk bulk = Bulk.of(says.tree(), says.content(), says.files(), says.logicalBytes());
        Party source = names(says.source().origin(), says.source().id());
        if (facts.has(Predicate.SEAL)) {
            moreSeals.add(new MoreSeal(index, source, new Said(Predicate.SEAL, millis(says.time()), bulk)));
        } else {
            facts.says(Predicate.SEAL, millis(says.time()), same(facts, bulk));
            facts.sealedBy(source);
        }
        names(says.destination().origin(), says.destination().id());
    }

    private void possession(long index, Possession says) {
        Bulk bulk = Bulk.of(says.tree(), says.content(), says.files(), says.logicalBytes());
        String name = says.name();
        if (says.published().isPresent()) {
            TransferFacts facts = facts(index, says, says.published().get().transfer());
            bulk = same(facts, bulk);
            name = same(facts, name);
            facts.says(says.predicate(), millis(says.time()), bulk);
        }
        Spot spot = new Spot(words.one(says.volume()), name, bulk.tree());
        PlaceEvent event = at(possessions, spot, index, says);
        if (says.state().equals(Possession.STATE_ADOPTED)) {
            adoptions
                    .computeIfAbsent(spot.volume() + "/" + name, place -> new ArrayList<>(1))
                    .add(new Adoption(spot, event, bulk));
        }
    }

    private void receipt(long index, TransferReceipt says) {
        TransferFacts facts = facts(index, says, says.transfer());
        Bulk bulk = Bulk.of(says.tree(), says.content(), says.files(), says.logicalBytes());
        Party source = names(says.source().origin(), says.source().id());
        Party destination =
                names(says.destination().origin(), says.destination().id());
        if (!facts.has(Predicate.TRANSFER_RECEIPT)) {
            facts.says(says.predicate(), millis(says.time()), same(facts, bulk));
            facts.receiptOf(source, destination);
        }
    }

    private void pending(long index, ReceiptPending says) {
        TransferFacts facts = facts(index, says, says.transfer());
        Bulk bulk = Bulk.of(says.tree(), says.content(), Bulk.NOT_SAID, Bulk.NOT_SAID);
        facts.says(says.predicate(), millis(says.time()), bulk);
    }

    private void abort(long index, TransferAbort says) {
        TransferFacts facts = facts(index, says, says.transfer());
        if (says.exposedBytesMax() == 0 && !facts.has(Predicate.TRANSFER_ABORT)) {
            facts.exposedNothing();
        }
        facts.ended(says.predicate(), millis(says.time()));
    }

    private void ended(long index, Statement says, String transfer) {
        facts(index, says, transfer).ended(says.predicate(), millis(says.time()));
    }

    /** Of what a transfer brought, or of what came another way. */
    private void gone(long index, Statement says, Optional<Brought> by, String volume, String name, String tree) {
        if (by.isPresent()) {
            ended(index, says, by.get().transfer());
        } else {
            at(ends, new Spot(words.one(volume), name, Hash32.ofHex(tree)), index, says);
        }
    }

    private static PlaceEvent at(Map<Spot, List<PlaceEvent>> spots, Spot spot, long index, Statement says) {
        PlaceEvent event = new PlaceEvent(says.predicate(), index, millis(says.time()));
        spots.computeIfAbsent(spot, at -> new ArrayList<>(1)).add(event);
        return event;
    }

    private Party names(String origin, String daemon) {
        return named.computeIfAbsent(new Party(daemon, origin), party -> party);
    }

    private static long millis(Instant time) {
        return time.toEpochMilli();
    }

    /**
     * After the last entry: what the other ledgers contradict says nothing, nor does a receipt that is not with the peer of the intent.
     *
     * @param here whose ledger this is
     */
    void settle(Party here, Doubts doubts) {
        for (TransferFacts facts : transfers.values()) {
            if (facts.has(Predicate.TRANSFER_RECEIPT)
                    && (!facts.receiptFits(here) || doubts.wrong(facts.indexOf(Predicate.TRANSFER_RECEIPT)))) {
                facts.refute(Predicate.TRANSFER_RECEIPT);
            }
            if (facts.has(Predicate.SEAL) && doubts.wrong(facts.indexOf(Predicate.SEAL))) {
                facts.refute(Predicate.SEAL);
            }
        }
    }

    /** By id, in no order. */
    Map<TransferId, TransferFacts> transfers() {
        return transfers;
    }

    @Nullable
    TransferFacts transfer(TransferId id) {
        return transfers.get(id);
    }

    /** Every possession of a tree at a place, in the order of the ledger. */
    List<PlaceEvent> possessions(Spot spot) {
        return possessions.getOrDefault(spot, List.of());
    }

    /** What ended, without a transfer, a tree at a place; between two entries. */
    List<PlaceEvent> ends(Spot spot, long after, long before) {
        List<PlaceEvent> all = ends.getOrDefault(spot, List.of());
        return all.subList(PlaceEvent.before(all, after), PlaceEvent.before(all, before));
    }

    /** What came another way than by a transfer: of each place in the order of the ledger. */
    Collection<List<Adoption>> adoptions() {
        return adoptions.values();
    }

    /** Seals besides the first of each transfer. */
    List<MoreSeal> moreSeals() {
        return moreSeals;
    }

    /** Ledgers that entries name, this one included. */
    Set<Party> named() {
        return named.keySet();
    }
}
