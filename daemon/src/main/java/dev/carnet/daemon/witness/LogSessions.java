package dev.carnet.daemon.witness;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.StateException;
import dev.carnet.daemon.transfer.PeerBindings;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.daemon.transport.SessionListener;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.KeyBinding;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.LogKeys;
import dev.carnet.proto.log.NoteKey;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.LogCosigned;
import dev.carnet.proto.wire.v1.LogGrown;
import dev.carnet.proto.wire.v1.LogKnown;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Between the transport and what stands above: takes what is said of logs, and passes on all else. */
final class LogSessions implements SessionListener {
    private static final Logger log = LoggerFactory.getLogger(LogSessions.class);

    /** Between two cosignatures for one peer: each is a commit here. */
    private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** After which it is asked again: it may have had no room. */
    private static final long ANSWER_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

    /** Requests whose answer may still come; that is half an hour of silence. */
    private static final int OWED_MAX = 64;

    private final LogWitness room;
    private final PeerLogs logs;
    private final OwnLog own;
    private final PeerBindings keys;
    private final SessionListener above;
    private final Map<Session, Watch> watches = new ConcurrentHashMap<>();

    LogSessions(LogWitness room, PeerLogs logs, OwnLog own, PeerBindings keys, SessionListener above) {
        this.room = room;
        this.logs = logs;
        this.own = own;
        this.keys = keys;
        this.above = above;
    }

    @Override
    public void begins(Session session) {
        var forked = logs.forked(session.peer().spiffeId());
        if (forked.isPresent()) {
            logs.end(session, Code.BAD_STATEMENT, forked.get());
            return;
        }
        watches.put(session, new Watch(session));
        try {
            session.send(logs.known(session, keys));
        } catch (SessionClosedException e) {
            log.debug("the session has ended already", e);
        }
    }

    @Override
    public void opened(Session session) {
        if (watches.containsKey(session)) {
            above.opened(session);
        }
    }

    @Override
    public void closed(Session session, String reason) {
        watches.remove(session);
        above.closed(session, reason);
    }

    @Override
    public void message(Session session, Control message) {
        Watch watch = watches.get(session);
        if (watch == null) {
            return; // of one that is not believed, and has been told so
        }
        try {
            switch (message.getBodyCase()) {
                case LOG_KNOWN -> known(watch, message.getLogKnown());
                case LOG_GROWN -> grown(watch, message.getLogGrown());
                case LOG_COSIGNED -> cosigned(watch, message.getLogCosigned());
                case KEY_STEP -> above.message(session, message); // the keys that lead to those of LogKnown
                default -> {
                    mustHaveSaid(watch, message);
                    above.message(session, message);
                }
            }
        } catch (BadLogException e) {
            logs.end(session, e.code(), String.valueOf(e.getMessage()));
        } catch (NoRoomException e) {
            log.warn("nothing is cosigned: {}", e.getMessage());
        } catch (LedgerException | StateException e) {
            room.fatal(e);
        } catch (SessionClosedException e) {
            log.debug("the session has ended meanwhile", e);
        }
    }

    // ---- what the peer knows of our log

    private void known(Watch watch, LogKnown known) {
        pace(watch);
        String peer = watch.session.peer().spiffeId();
        long size = 0;
        if (!known.getCheckpoint().isEmpty()) {
            try {
                SignedCheckpoint note =
                        SignedCheckpoint.parse(known.getCheckpoint().toByteArray());
                if (!own.compare(peer, note)) {
                    throw new LogException("it is not one that this daemon signed");
                }
                size = note.checkpoint().size();
            } catch (LogException e) {
                throw new BadLogException(
                        Code.BAD_STATEMENT,
                        "the log checkpoint that it has on record as this one's: " + e.getMessage());
            }
        }
        synchronized (watch) {
            watch.keys = known.getKeys();
            watch.knows = size;
            watch.asked = null;
        }
        try {
            var _ = binding(watch);
        } catch (TransferException e) {
            log.warn("{} cannot be a witness: {}", peer, e.getMessage());
        }
        room.heard(peer); // the peer, and no witness key: its list of keys names any that it likes
    }

    /** LogKnown is what a side says first. */
    private static void mustHaveSaid(Watch watch, Control message) {
        synchronized (watch) {
            if (watch.keys == null) {
                throw new ProtocolException(message.getBodyCase() + " before LogKnown");
            }
        }
    }

    private KeyBinding binding(Watch watch) {
        synchronized (watch) {
            if (watch.keys == null) {
                throw new ProtocolException("of a log before LogKnown");
            }
            KeyBinding binding = keys.accept(watch.session.peer().spiffeId(), watch.keys);
            if (!binding.list().origin().equals(watch.session.peerOrigin())) {
                throw new BadLogException(
                        Code.BAD_STATEMENT,
                        "its Hello names the ledger " + watch.session.peerOrigin() + ", its key binding "
                                + binding.list().origin());
            }
            return binding;
        }
    }

    private List<NoteKey> witnessKeys(Watch watch) {
        var list = binding(watch).list();
        return LogKeys.witness(
                list.origin() + LogKeys.WITNESS_SUFFIX, list.keys().witness());
    }

    private void cosigned(Watch watch, LogCosigned cosigned) {
        SignedCheckpoint asked;
        synchronized (watch) {
            if (!watch.owed.contains(cosigned.getSize())) {
                throw new ProtocolException("LogCosigned of what was not asked for");
            }
            while (watch.owed.remove() != cosigned.getSize()) {} // answers come in the order of the requests
            asked = watch.asked;
            if (asked == null || asked.checkpoint().size() != cosigned.getSize()) {
                return; // to an earlier request: it is asked for a newer one by now, or has answered that
            }
        }
        List<SignedCheckpoint.Verified> lines;
        try {
            List<NoteKey> witness = witnessKeys(watch);
            lines = new SignedCheckpoint(
                            asked.checkpoint(),
                            SignedCheckpoint.lines(cosigned.getLines().toString(StandardCharsets.UTF_8)))
                    .verify(witness);
            if (!lines.stream()
                    .map(SignedCheckpoint.Verified::key)
                    .collect(Collectors.toSet())
                    .containsAll(witness)) {
                throw new LogException("not both of its witness keys have signed it");
            }
        } catch (LogException | TransferException e) {
            throw new BadLogException(Code.BAD_STATEMENT, "its cosignature does not verify: " + e.getMessage());
        }
        boolean fresh = lines.stream().allMatch(room::fresh);
        synchronized (watch) {
            watch.knows = cosigned.getSize();
            watch.cosigned = asked.checkpoint();
            watch.stale = !fresh;
            watch.asked = null;
        }
        room.cosigned(asked.checkpoint(), lines);
    }

    /** Every session that has something to cosign, and does not work on it. */
    Collection<Watch> watches() {
        return watches.values();
    }

    /**
     * Asks for a cosignature, where the peer has not given it yet. May wait for the peer to take the message.
     *
     * @param apart nanoseconds between two requests
     */
    void ask(Watch watch, SignedCheckpoint note, long apart) {
        long old;
        synchronized (watch) {
            long now = System.nanoTime();
            if (watch.knows < 0
                    || (watch.asked != null && now - watch.askedNanos < ANSWER_NANOS_MAX)
                    || (note.checkpoint().equals(watch.cosigned)
                            && !(watch.stale && now - watch.askedNanos > ANSWER_NANOS_MAX))
                    || note.checkpoint().size() < watch.knows
                    || (watch.cosigned != null && now - watch.askedNanos < apart)) {
                return;
            }
            old = watch.knows;
            watch.asked = note;
            watch.askedNanos = now;
            watch.owed.add(note.checkpoint().size());
            if (watch.owed.size() > OWED_MAX) {
                watch.owed.remove();
            }
        }
        try {
            LogGrown.Builder grown = LogGrown.newBuilder()
                    .setOldSize(old)
                    .setOldRoot(ByteString.copyFrom(own.root(old).toBytes()))
                    .setCheckpoint(ByteString.copyFrom(note.encode()));
            for (Hash32 hash : own.consistency(old, note.checkpoint().size())) {
                grown.addProof(ByteString.copyFrom(hash.toBytes()));
            }
            watch.session.send(Control.newBuilder().setLogGrown(grown).build());
        } catch (SessionClosedException e) {
            log.debug("the session has ended meanwhile", e);
        }
    }

    // ---- its log

    private void grown(Watch watch, LogGrown grown) {
        pace(watch);
        KeyBinding binding;
        try {
            binding = binding(watch);
        } catch (TransferException e) {
            throw new BadLogException(e.code(), String.valueOf(e.getMessage()));
        }
        Control answer = logs.cosign(watch.session, binding, keys, grown)
                .map(cosigned -> Control.newBuilder().setLogCosigned(cosigned).build())
                .orElseGet(() -> logs.known(watch.session, keys));
        watch.session.send(answer);
    }

    /** On the session's own thread, which may block: nobody else waits. */
    private static void pace(Watch watch) {
        try {
            long left = ANSWER_NANOS - (System.nanoTime() - watch.answeredNanos);
            if (watch.answeredNanos != 0 && left > 0) {
                TimeUnit.NANOSECONDS.sleep(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        watch.answeredNanos = System.nanoTime();
    }

    // ---- all else

    @Override
    public boolean wanted(Session session, ChunkHeader header) {
        return above.wanted(session, header);
    }

    @Override
    public void chunk(Session session, ChunkHeader header, PooledChunk chunk) {
        above.chunk(session, header, chunk);
    }

    @Override
    public void refused(String peer, Code code, String sentence) {
        above.refused(peer, code, sentence);
    }
}
