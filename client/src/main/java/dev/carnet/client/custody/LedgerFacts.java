package dev.carnet.client.custody;

import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Brought;
import dev.carnet.proto.ledger.Destruction;
import dev.carnet.proto.ledger.DestructionIntent;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.PossessionReleased;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.ReceiptPending;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.StagingDestroyed;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.TransferAbort;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.ledger.TransferResumed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What custody keeps of one ledger: entries come once, in their order, and are not kept. */
final class LedgerFacts {
    private static final long NOT_SAID = -1;

    private final Map<TransferId, TransferFacts> transfers = new HashMap<>();
    private final Map<Place, List<PlaceEvent>> places = new HashMap<>();
    private final List<SealFact> seals = new ArrayList<>();
    private final Set<MissingLedger> named = new HashSet<>();
    private final Words words;

    /** Several may share their words. */
    LedgerFacts(Words words) {
        this.words = words;
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
        TransferFacts facts = transfers.computeIfAbsent(TransferId.of(transfer), id -> new TransferFacts());
        facts.entry(index, says.predicate());
        return facts;
    }

    private void intent(long index, TransferIntent says) {
        facts(index, says, says.transfer()).intent(Intent.of(says, words));
        names(says.peerOrigin(), says.peer());
    }

    private void seal(long index, Seal says) {
        TransferFacts facts = facts(index, says, says.transfer());
        Said seal = said(index, says, says.tree(), says.content(), says.files(), says.logicalBytes());
        if (!facts.has(Predicate.SEAL)) {
            seals.add(new SealFact(
                    words.one(says.source().id()), words.one(says.source().origin()), seal));
        }
        facts.says(seal);
        names(says.source().origin(), says.source().id());
        names(says.destination().origin(), says.destination().id());
    }

    private void possession(long index, Possession says) {
        Said held = said(index, says, says.tree(), says.content(), says.files(), says.logicalBytes());
        says.published().ifPresent(by -> facts(index, says, by.transfer()).says(held));
        boolean adopted = says.state().equals(Possession.STATE_ADOPTED);
        at(says.volume(), says.name(), index, says, held.tree(), adopted ? held : null);
    }

    private void receipt(long index, TransferReceipt says) {
        Said receipt = said(index, says, says.tree(), says.content(), says.files(), says.logicalBytes());
        facts(index, says, says.transfer()).says(receipt);
        names(says.source().origin(), says.source().id());
        names(says.destination().origin(), says.destination().id());
    }

    private void pending(long index, ReceiptPending says) {
        Said pending = said(index, says, says.tree(), says.content(), NOT_SAID, NOT_SAID);
        facts(index, says, says.transfer()).says(pending);
    }

    private void abort(long index, TransferAbort says) {
        TransferFacts facts = facts(index, says, says.transfer());
        if (says.exposedBytesMax() == 0 && !facts.has(Predicate.TRANSFER_ABORT)) {
            facts.exposedNothing();
        }
        facts.ended(says.predicate(), index, millis(says.time()));
    }

    private void ended(long index, Statement says, String transfer) {
        facts(index, says, transfer).ended(says.predicate(), index, millis(says.time()));
    }

    /** Of what a transfer brought, or of what came another way. */
    private void gone(long index, Statement says, Optional<Brought> by, String volume, String name, String tree) {
        if (by.isPresent()) {
            ended(index, says, by.get().transfer());
        } else {
            at(volume, name, index, says, Hash32.ofHex(tree), null);
        }
    }

    private void at(String volume, String name, long index, Statement says, Hash32 tree, @Nullable Said adopted) {
        places.computeIfAbsent(new Place(words.one(volume), name), place -> new ArrayList<>(1))
                .add(new PlaceEvent(says.predicate(), index, millis(says.time()), tree, adopted));
    }

    private void names(String origin, String daemon) {
        named.add(new MissingLedger(words.one(origin), words.one(daemon)));
    }

    private static Said said(long index, Statement says, String tree, String content, long files, long bytes) {
        return new Said(
                says.predicate(), index, millis(says.time()), Hash32.ofHex(tree), Hash32.ofHex(content), files, bytes);
    }

    private static long millis(Instant time) {
        return time.toEpochMilli();
    }

    /** By id, in no order. */
    Map<TransferId, TransferFacts> transfers() {
        return transfers;
    }

    @Nullable
    TransferFacts transfer(TransferId id) {
        return transfers.get(id);
    }

    /** By place, of each in the order of the ledger. */
    Map<Place, List<PlaceEvent>> places() {
        return places;
    }

    /** The first of each transfer, in the order of the ledger. */
    List<SealFact> seals() {
        return seals;
    }

    /** Ledgers that entries name, this one included. */
    Set<MissingLedger> named() {
        return named;
    }
}
