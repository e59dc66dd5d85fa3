package dev.carnet.daemon.witness;

import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.wire.v1.KeyEvidence;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One session, as far as logs go: what the peer knows of ours. Guarded by itself. */
final class Watch {
    final Session session;

    /** The peer's, as its LogKnown brought them. */
    @Nullable
    KeyEvidence keys;

    /** Of our log, as far as the peer has it on record; -1 before it has said so. */
    long knows = -1;

    /** That it was asked to cosign, and has not answered yet. */
    @Nullable
    SignedCheckpoint asked;

    /** That it has cosigned last. */
    @Nullable
    LogCheckpoint cosigned;

    /** Whether its lines on that were too old to say what it knows now. */
    boolean stale;

    /** Sizes that it was asked for and may still answer; it does not answer where it has no room. */
    final Queue<Long> owed = new ArrayDeque<>();

    long askedNanos;
    long answeredNanos;

    Watch(Session session) {
        this.session = session;
    }
}
