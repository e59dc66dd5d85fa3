package dev.carnet.daemon.question;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transport.Reach;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.daemon.transport.Transport;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Dialling;
import dev.carnet.proto.wire.v1.Probe;
import dev.carnet.proto.wire.v1.ProbeReady;
import dev.carnet.proto.wire.v1.ProbeResult;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The probes of peers: one of each peer, which ends with its session. */
final class AnsweredProbes {
    private final Transport transport;
    private final Answering answering;
    private final Executor pool;
    private final Map<String, Open> open = new ConcurrentHashMap<>(); // by session

    /** @param reached how our own dials went; none where that was not asked */
    private record Open(String peer, Received received, boolean dialled, CompletionStage<List<Reach>> reached) {}

    AnsweredProbes(Transport transport, Answering answering, Executor pool) {
        this.transport = transport;
        this.answering = answering;
        this.pool = pool;
    }

    void begin(Session session, Probe probe) {
        String peer = session.peer().spiffeId();
        Open before = open.get(session.id());
        if (before != null && before.received.over(System.nanoTime())) {
            drop(session); // it was never ended
        }
        if (!answering.place(session, probe.getProbeId(), Kind.PROBE)) {
            return;
        }
        CompletionStage<List<Reach>> reached =
                probe.getDial() ? transport.reach(peer) : CompletableFuture.completedStage(List.of());
        open.put(
                session.id(),
                new Open(
                        peer,
                        new Received(probe.getProbeId().toByteArray(), System.nanoTime()),
                        probe.getDial(),
                        reached));
        try {
            session.send(Control.newBuilder()
                    .setProbeReady(ProbeReady.newBuilder().setProbeId(probe.getProbeId()))
                    .build());
        } catch (SessionClosedException e) {
            drop(session);
        }
    }

    /** Whether the frame belongs to a probe of this session. Cheap: it is asked for every frame. */
    boolean takes(Session session, ChunkHeader header) {
        if (open.isEmpty()) {
            return false;
        }
        Open probe = open.get(session.id());
        return probe != null && probe.received.takes(header, System.nanoTime());
    }

    void end(Session session, ByteString id) {
        Open probe = open.get(session.id());
        if (probe == null || !ByteString.copyFrom(probe.received.id()).equals(id)) {
            answering.refuse(session, id, Code.TIMEOUT, "no probe of this id is open here");
            return;
        }
        open.remove(session.id());
        var passed = probe.received.passed(System.nanoTime());
        if (passed.isPresent()) {
            pool.execute(() -> answering.answer(
                    probe.peer,
                    Kind.PROBE,
                    Answering.refusal(id, passed.get(), "a probe has at most 10 s and 8 GiB, and this one had more")));
            return;
        }
        probe.reached.whenCompleteAsync(
                (reaches, failure) -> answering.answer(
                        probe.peer, Kind.PROBE, result(id, probe, failure == null ? reaches : List.of())),
                pool);
    }

    private static Control result(ByteString id, Open probe, List<Reach> reaches) {
        ProbeResult.Builder result = ProbeResult.newBuilder()
                .setProbeId(id)
                .setBytes(probe.received.bytes())
                .setNanos(probe.received.nanos());
        if (probe.dialled) {
            result.setDialling(
                    reaches.isEmpty()
                            ? Dialling.DIALLING_NOT_CONFIGURED
                            : reaches.stream().anyMatch(Reach::ok) ? Dialling.DIALLING_WORKS : Dialling.DIALLING_FAILS);
            if (result.getDialling() == Dialling.DIALLING_FAILS) {
                result.setSentence(
                        Sentences.clip(String.valueOf(reaches.getFirst().error())));
            }
        }
        return Control.newBuilder().setProbeResult(result).build();
    }

    void closed(Session session) {
        drop(session);
    }

    private void drop(Session session) {
        Open gone = open.remove(session.id());
        if (gone != null) {
            answering.dropped(gone.peer, Kind.PROBE);
        }
    }
}
