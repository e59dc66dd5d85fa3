package dev.carnet.daemon.witness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.ForkedPeers;
import dev.carnet.daemon.ledger.Ledger;
import dev.carnet.daemon.policy.RefusalSink;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.Store;
import dev.carnet.daemon.transfer.PeerBindings;
import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.ledger.ObservedFork;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.Proofs;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.LogCosigned;
import dev.carnet.proto.wire.v1.LogGrown;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The witness's part of SPEC section 7.1: puts on record how far the logs of peers are, cosigns them, and finds out where one has two histories. Called from the threads of sessions. */
final class PeerLogs {
    private static final Logger log = LoggerFactory.getLogger(PeerLogs.class);

    private final String self;
    private final Store store;
    private final Ledger ledger;
    private final Witnessed witnessed;
    private final Clock clock;
    private final RefusalSink refusals;
    private final Map<String, Unproven> unproven = new ConcurrentHashMap<>(); // of configured peers

    /** Log checkpoints of a peer, signed and without a proof that they go on from the one on record. */
    private record Unproven(Instant since, long times, long from) {
        String sentence() {
            return "since " + since + " it has signed " + times + " log checkpoint" + (times == 1 ? "" : "s")
                    + " without a proof that its log still begins with the " + from
                    + " entries that are on record here: it may have two histories, and does not show the other one";
        }
    }

    PeerLogs(String self, Store store, Ledger ledger, Clock clock, RefusalSink refusals) {
        this.self = self;
        this.store = store;
        this.ledger = ledger;
        this.witnessed = new Witnessed(store);
        this.clock = clock;
        this.refusals = refusals;
    }

    Optional<SignedCheckpoint> newest(String peer, String origin) {
        return witnessed.newest(peer, origin);
    }

    /** Empty where the message is answered by what is on record instead. */
    Optional<LogCosigned> cosign(Session session, KeyBinding binding, PeerBindings keys, LogGrown grown) {
        SignedCheckpoint note = read(binding, grown.getCheckpoint());
        LogCheckpoint now = note.checkpoint();
        if (grown.getOldSize() > now.size()) {
            throw new BadLogException(
                    Code.PROTOCOL,
                    "it is asked to cosign a log checkpoint of " + now.size() + " entries with a proof from "
                            + grown.getOldSize());
        }
        String peer = session.peer().spiffeId();
        Optional<SignedCheckpoint> before = witnessed.newest(peer, now.origin());
        long known = before.map(one -> one.checkpoint().size()).orElse(0L);
        if (grown.getOldSize() != known) {
            return Optional.empty();
        }
        try {
            Proofs.checkConsistency(
                    known,
                    now.size(),
                    before.map(one -> one.checkpoint().root()).orElse(dev.carnet.proto.log.Merkle.EMPTY_ROOT),
                    now.root(),
                    hashes(grown));
        } catch (LogException e) {
            before.ifPresent(one -> fork(session, binding, keys, one, note, grown));
            throw new BadLogException(
                    Code.BAD_STATEMENT, "its log checkpoint of " + now.size() + " entries: " + e.getMessage());
        }
        if (before.filter(one -> one.checkpoint().equals(now)).isEmpty() && !witnessed.replace(peer, before, note)) {
            return Optional.empty(); // by another session, meanwhile
        }
        unproven.remove(peer);
        String lines = ledger.keys().cosign(ledger.origin() + LogKeys.WITNESS_SUFFIX, now, Instant.now(clock)).stream()
                .map(line -> line.line())
                .collect(Collectors.joining());
        return Optional.of(LogCosigned.newBuilder()
                .setSize(now.size())
                .setLines(ByteString.copyFromUtf8(lines))
                .build());
    }

    private static List<Hash32> hashes(LogGrown grown) {
        return grown.getProofList().stream()
                .map(hash -> Hash32.at(hash.toByteArray(), 0))
                .toList();
    }

    /** With both of the log's lines, and no others. */
    private static SignedCheckpoint read(KeyBinding binding, ByteString bytes) {
        String origin = binding.list().origin();
        try {
            SignedCheckpoint note = SignedCheckpoint.parse(bytes.toByteArray());
            if (!note.checkpoint().origin().equals(origin)) {
                throw new LogException("it is of " + note.checkpoint().origin());
            }
            List<NoteKey> keys = LogKeys.log(origin, binding.list().keys().log());
            List<SignedCheckpoint.Verified> lines = note.verify(keys);
            if (!new HashSet<>(
                            lines.stream().map(SignedCheckpoint.Verified::key).toList())
                    .containsAll(keys)) {
                throw new LogException("not both keys of its log have signed it");
            }
            return new SignedCheckpoint(
                    note.checkpoint(),
                    keys.stream()
                            .map(key -> lines.stream()
                                    .filter(line -> line.key().equals(key))
                                    .findFirst()
                                    .orElseThrow()
                                    .line())
                            .toList());
        } catch (LogException e) {
            throw new BadLogException(
                    Code.BAD_STATEMENT, "the log checkpoint of " + origin + " does not verify: " + e.getMessage());
        }
    }

    /** Two log checkpoints that cannot be of one log: on record, and the end of trust. What a bad proof does not show is told, and no more. */
    private void fork(
            Session session,
            KeyBinding binding,
            PeerBindings keys,
            SignedCheckpoint before,
            SignedCheckpoint now,
            LogGrown grown) {
        String peer = session.peer().spiffeId();
        KeyBinding earlier = signer(before, binding, keys.kept(peer));
        ObservedFork fork;
        try {
            fork = new ObservedFork(
                    self,
                    ledger.origin(),
                    Instant.ofEpochMilli(clock.millis()),
                    peer,
                    binding.list().origin(),
                    binding.payloadDigest(),
                    Optional.of(earlier.payloadDigest()).filter(digest -> !digest.equals(binding.payloadDigest())),
                    new String(before.encode(), UTF_8),
                    new String(now.encode(), UTF_8),
                    evidence(before.checkpoint(), now.checkpoint(), grown));
        } catch (StatementException | LogException unshown) {
            Unproven seen = unproven.merge(
                    peer,
                    new Unproven(
                            Instant.ofEpochMilli(clock.millis()),
                            1,
                            before.checkpoint().size()),
                    (old, one) -> new Unproven(old.since, old.times + 1, one.from));
            log.error("{}: {} ({})", peer, seen.sentence(), unshown.getMessage());
            return;
        }
        String why = "its log has two histories: log checkpoints of "
                + before.checkpoint().size() + " and " + now.checkpoint().size()
                + " entries that it signed cannot be of one log";
        log.error("ALARM: {}: {}; nothing is exchanged with it until `carnet peer rekey`", peer, why);
        try {
            fork.verify(earlier, binding);
            ledger.record(
                    new EntryKey("fork/" + fork.fork().substring(0, 32), "self", Predicate.OBSERVED_FORK, 0),
                    () -> ledger.keys().sign(fork.payload()),
                    (tx, recorded) -> ForkedPeers.mark(tx, peer, why));
            log.error("both log checkpoints are in this daemon's ledger (observed-fork)");
        } catch (StatementException | NoRoomException without) {
            // signed with keys that are not kept here any more, or no room for an entry: no entry, and no trust either
            log.error("there is no entry of it: {}", without.getMessage());
            store.update(tx -> ForkedPeers.mark(tx, peer, why));
        }
    }

    /** The binding whose log keys have signed what is on record: it may be older than the current one, which is given where none of them has. */
    private static KeyBinding signer(SignedCheckpoint note, KeyBinding current, List<KeyBinding> kept) {
        return Stream.concat(Stream.of(current), kept.reversed().stream())
                .filter(binding -> signed(note, binding))
                .findFirst()
                .orElse(current);
    }

    private static boolean signed(SignedCheckpoint note, KeyBinding by) {
        List<NoteKey> keys =
                LogKeys.log(note.checkpoint().origin(), by.list().keys().log());
        try {
            return note.verify(keys).stream()
                    .map(SignedCheckpoint.Verified::key)
                    .collect(Collectors.toSet())
                    .containsAll(keys);
        } catch (LogException e) {
            return false;
        }
    }

    private static List<Hash32> evidence(LogCheckpoint before, LogCheckpoint now, LogGrown grown) {
        if (before.size() == now.size()) {
            return List.of();
        }
        List<Hash32> proof = new ArrayList<>();
        if (Long.bitCount(before.size()) == 1) {
            proof.add(Hash32.at(grown.getOldRoot().toByteArray(), 0));
        }
        proof.addAll(hashes(grown));
        return proof;
    }

    /** Why the log of a peer is not cosigned, where it sends no proof that it goes on. Known since the start of the daemon. */
    Optional<String> unproven(String peer) {
        return Optional.ofNullable(unproven.get(peer)).map(Unproven::sentence);
    }

    Optional<String> forked(String peer) {
        return ForkedPeers.why(store, peer);
    }

    /** Ends a session for what the peer's log is. */
    void end(Session session, Code code, String sentence) {
        refusals.refusedPeer(session.peer().spiffeId(), code, "", sentence);
        session.close(code, sentence);
    }

    Control known(Session session, PeerBindings keys) {
        return Control.newBuilder()
                .setLogKnown(dev.carnet.proto.wire.v1.LogKnown.newBuilder()
                        .setCheckpoint(newest(session.peer().spiffeId(), session.peerOrigin())
                                .map(note -> ByteString.copyFrom(note.encode()))
                                .orElse(ByteString.EMPTY))
                        .setKeys(keys.ours(session)))
                .build();
    }
}
