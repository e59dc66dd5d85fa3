package dev.carnet.daemon.question;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transfer.Room;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.daemon.transport.DataStream;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.transport.Reach;
import dev.carnet.daemon.transport.Session;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Probe;
import dev.carnet.proto.wire.v1.ProbeEnd;
import dev.carnet.proto.wire.v1.ProbeResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Tests one peer: who reaches whom, how far it is, how much one stream and several carry. */
final class PeerTest {
    private static final Duration READY_WAIT = Duration.ofSeconds(15);
    private static final Duration RESULT_WAIT = Duration.ofSeconds(40);
    private static final Duration REACH_WAIT = Duration.ofSeconds(40);
    private static final Duration STREAMS_WAIT = Duration.ofSeconds(20);
    private static final Duration BUFFER_WAIT = Duration.ofSeconds(10);
    private static final Duration ROUND_TRIP_WAIT = Duration.ofSeconds(3);
    private static final int ROUND_TRIPS = 9;

    private final Room room;
    private final Asking asking;
    private final Kernel kernel;
    private final String alias;
    private final String peer;
    private final List<String> advice = new ArrayList<>();

    PeerTest(Room room, Asking asking, Kernel kernel, String alias, String peer) {
        this.room = room;
        this.asking = asking;
        this.kernel = kernel;
        this.alias = alias;
        this.peer = peer;
    }

    /** A measurement's outcome. */
    private record Measured(ProbeResult result, @Nullable Double rate, int streams) {}

    PeerReport run(int seconds, int streams) {
        CompletionStage<List<Reach>> reaching = room.transport().reach(peer);
        Optional<Session> session = room.transport().session(peer);
        PeerReport.TheyDial theyDial =
                new PeerReport.TheyDial(PeerReport.TheyDial.UNKNOWN, "there is no session in which to ask");
        PeerReport.@Nullable Line line = null;
        if (session.isPresent()) {
            Double roundTrip = roundTrip(session.get());
            Optional<Measured> one = measure(session.get(), seconds, 1, true);
            Optional<Measured> several = measure(session.get(), seconds, streams, false);
            theyDial = one.map(measured -> theyDial(measured.result))
                    .orElse(new PeerReport.TheyDial(
                            PeerReport.TheyDial.UNKNOWN, "the probe came to no end: " + String.join("; ", advice)));
            line = line(session.get(), roundTrip, one, several, streams);
        }
        List<Reach> weDial = await(reaching, REACH_WAIT).orElse(List.of());
        Kernel.Facts facts = kernel.facts();
        if (line != null) {
            advice.addAll(Kernel.advice(
                    facts, line.roundTripMillis(), line.rateOneStream(), line.rateStreams(), line.streams()));
        }
        return new PeerReport(
                alias,
                peer,
                session.isPresent() ? null : room.transport().whyNot(peer).orElse("no session was open yet"),
                line,
                weDial,
                theyDial,
                facts,
                advice);
    }

    private static PeerReport.Line line(
            Session session,
            @Nullable Double roundTrip,
            Optional<Measured> one,
            Optional<Measured> several,
            int streams) {
        return new PeerReport.Line(
                session.dialledHere(),
                session.peer().group(),
                session.peer().suite(),
                session.peer().notAfter(),
                roundTrip,
                one.map(Measured::rate).orElse(null),
                several.map(Measured::rate).orElse(null),
                several.map(Measured::streams).orElse(streams));
    }

    /** The median, in milliseconds. */
    private static @Nullable Double roundTrip(Session session) {
        List<Duration> all = new ArrayList<>();
        for (int i = 0; i < ROUND_TRIPS; i++) {
            Optional<Duration> one = await(session.roundTrip(), ROUND_TRIP_WAIT);
            if (one.isEmpty()) {
                break;
            }
            all.add(one.get());
        }
        return all.isEmpty()
                ? null
                : (Double) (all.stream().sorted().toList().get(all.size() / 2).toNanos() / 1e6);
    }

    private Optional<Measured> measure(Session session, int seconds, int streams, boolean dial) {
        try {
            List<DataStream> open = await(session.streams(streams), STREAMS_WAIT)
                    .orElseThrow(() -> new TransferException(
                            Code.TIMEOUT, streams + " streams to " + peer + " could not be opened"));
            PooledChunk buffer = room.sendPool()
                    .acquire(BUFFER_WAIT)
                    .orElseThrow(() ->
                            new TransferException(Code.BUSY, "transfers use all buffers: test again when they rest"));
            return Optional.of(probe(open, buffer, seconds, dial));
        } catch (TransferException e) {
            advice.add("the rate of " + streams + (streams == 1 ? " stream" : " streams") + " was not measured: "
                    + e.getMessage());
            return Optional.empty();
        }
    }

    private Measured probe(List<DataStream> streams, PooledChunk buffer, int seconds, boolean dial) {
        boolean handedOver = false;
        try (Asked asked = asking.ask(
                peer,
                Kind.PROBE,
                id -> Control.newBuilder()
                        .setProbe(Probe.newBuilder().setProbeId(id).setDial(dial))
                        .build())) {
            var _ = asked.await(Control.BodyCase.PROBE_READY, READY_WAIT);
            Sending sending = new Sending(asked.id().toByteArray(), buffer);
            handedOver = true;
            sending.run(streams, Duration.ofSeconds(seconds));
            end(asked.id());
            asked.said();
            ProbeResult result =
                    asked.await(Control.BodyCase.PROBE_RESULT, RESULT_WAIT).getProbeResult();
            return new Measured(result, rate(result, streams.size()), streams.size());
        } finally {
            if (!handedOver) {
                buffer.release();
            }
        }
    }

    private void end(ByteString id) {
        try {
            asking.session(peer)
                    .send(Control.newBuilder()
                            .setProbeEnd(ProbeEnd.newBuilder().setProbeId(id))
                            .build());
        } catch (dev.carnet.daemon.transport.SessionClosedException e) {
            throw new TransferException(Code.TIMEOUT, String.valueOf(e.getMessage()), e);
        }
    }

    /** The last frame of each stream is in the count, and its bytes had not come when the last header did. */
    private static @Nullable Double rate(ProbeResult result, int streams) {
        long bytes = result.getBytes() - (long) streams * (ChunkHeader.BYTES + Sending.FRAME_BYTES);
        return bytes <= 0 || result.getNanos() == 0 ? null : (Double) (bytes * 1e9 / result.getNanos());
    }

    private static PeerReport.TheyDial theyDial(ProbeResult result) {
        String error = result.getSentence().isEmpty() ? null : Sentences.shown(result.getSentence());
        return switch (result.getDialling()) {
            case DIALLING_WORKS -> new PeerReport.TheyDial(PeerReport.TheyDial.WORKS, null);
            case DIALLING_FAILS -> new PeerReport.TheyDial(PeerReport.TheyDial.FAILS, error);
            case DIALLING_NOT_CONFIGURED ->
                new PeerReport.TheyDial(
                        PeerReport.TheyDial.NOT_CONFIGURED, "it has no address of this daemon in its configuration");
            case DIALLING_UNSPECIFIED, UNRECOGNIZED ->
                new PeerReport.TheyDial(PeerReport.TheyDial.UNKNOWN, "the peer did not say");
        };
    }

    private static <T> Optional<T> await(CompletionStage<T> stage, Duration patience) {
        // a copy: it times out without touching what others share
        CompletableFuture<T> copy = stage.toCompletableFuture().copy();
        try {
            return Optional.of(copy.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException | java.util.concurrent.CancellationException e) {
            return Optional.empty();
        }
    }
}
