package dev.carnet.daemon.transfer;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.policy.Policy.Act;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Role;
import dev.carnet.proto.ledger.TransferIntent;
import dev.carnet.proto.ledger.TransferResumed;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Offer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The entry transfer-resumed: a session in which the peer's keys or our own policy are not those of the intent, or of the entry before (SPEC section 11). */
final class Resumption {
    /** One entry that a crash left begun, and the one that is wanted. */
    private static final int TURNS_MAX = 3;

    private Resumption() {}

    /** What a session stands on, and what an entry has said last. {@code binding}: of the peer, digest of the payload. */
    private record Standing(String policy, String rule, String binding) {}

    /**
     * Makes sure that it is on record what the next chunk stands on. In the transfer's mailbox, before the first chunk of a session; its intent is durable.
     *
     * @throws TransferException POLICY where no rule allows the transfer any more
     */
    static void note(Transfer transfer, Session session) {
        Standing now = now(transfer);
        for (int turn = 0; turn < TURNS_MAX; turn++) {
            Standing said = said(transfer);
            List<String> changed = changed(said, now);
            if (changed.isEmpty()) {
                return;
            }
            int number = transfer.row().getResumed();
            transfer.record(
                    new EntryKey(
                            transfer.key().id(), transfer.key().role().label(), Predicate.TRANSFER_RESUMED, number),
                    () -> transfer.sign(statement(transfer, session, changed, now)),
                    // after a crash it is what was begun then, about another session
                    (tx, recorded) -> transfer.rows()
                            .update(
                                    tx,
                                    transfer.key(),
                                    row -> store(
                                            row.setResumed(number + 1),
                                            TransferResumed.read(Dsse.parse(recorded.envelope())
                                                    .payload()))));
            (transfer.key().role() == Role.SOURCE
                            ? FailPoint.SOURCE_RESUMPTION_LOGGED
                            : FailPoint.DESTINATION_RESUMPTION_LOGGED)
                    .pass();
        }
        throw new IllegalStateException("what " + transfer.key().id() + " stands on is never what is on record");
    }

    private static void store(TransferRow.Builder row, TransferResumed said) {
        row.setPolicy(said.policy()).setRule(said.rule()).setBinding(said.peerBinding());
    }

    private static List<String> changed(Standing said, Standing now) {
        List<String> changed = new ArrayList<>();
        if (!said.binding().equals(now.binding())) {
            changed.add(TransferResumed.KEYS);
        }
        if (!said.policy().equals(now.policy()) || !said.rule().equals(now.rule())) {
            changed.add(TransferResumed.POLICY);
        }
        return changed;
    }

    private static Standing now(Transfer transfer) {
        Offer offer = transfer.offerParsed();
        boolean source = transfer.key().role() == Role.SOURCE;
        boolean pull = offer.getDirection() == Direction.DIRECTION_PULL;
        Act act = source ? (pull ? Act.SERVE_PULL : Act.SEND_PUSH) : (pull ? Act.PULL : Act.RECEIVE_PUSH);
        String volume = source ? transfer.row().getSourceVolume() : offer.getVolume();
        String peer = transfer.row().getPeer();
        var policy = transfer.room().policy().get();
        String rule = policy.allows(peer, act, volume)
                .orElseThrow(() -> new TransferException(
                        Code.POLICY,
                        "no rule of " + transfer.room().settings().self() + " allows this transfer between the volume '"
                                + volume + "' and " + peer + " any more"))
                .name();
        return new Standing(policy.digest(), rule, transfer.engine().peerKeys().binding(peer));
    }

    /** By the newest of these entries, or the intent. */
    private static Standing said(Transfer transfer) {
        TransferRow row = transfer.row();
        String binding = !row.getBinding().isEmpty()
                ? row.getBinding()
                : row.getPeerBindingsCount() > 0
                        ? row.getPeerBindings(0)
                        : transfer.engine().peerKeys().binding(row.getPeer()); // of an older release: not known
        return new Standing(row.getPolicy().isEmpty() ? ofIntent(transfer) : row.getPolicy(), row.getRule(), binding);
    }

    private static String ofIntent(Transfer transfer) {
        EntryKey intent =
                new EntryKey(transfer.key().id(), transfer.key().role().label(), Predicate.TRANSFER_INTENT, 0);
        return transfer.room()
                .ledger()
                .find(intent)
                .map(recorded -> TransferIntent.read(
                                Dsse.parse(recorded.envelope()).payload())
                        .policy())
                .orElseThrow(() -> new IllegalStateException(
                        "no intent of " + transfer.key().id() + " is on record"));
    }

    private static byte[] statement(Transfer transfer, Session session, List<String> changed, Standing now) {
        return new TransferResumed(
                        transfer.room().settings().self(),
                        transfer.room().ledger().origin(),
                        Instant.ofEpochMilli(transfer.room().clock().millis()),
                        transfer.key().id(),
                        transfer.key().role(),
                        transfer.row().getPeer(),
                        Statements.hex(transfer.offerDigest().toByteArray()),
                        changed,
                        session.id(),
                        now.policy(),
                        now.rule(),
                        now.binding())
                .payload();
    }
}
