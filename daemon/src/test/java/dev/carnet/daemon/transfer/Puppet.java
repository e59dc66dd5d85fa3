package dev.carnet.daemon.transfer;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transport.DataStream;
import dev.carnet.daemon.transport.PeerFacts;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.daemon.transport.Session;
import dev.carnet.daemon.transport.SessionClosedException;
import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.ControlFrames;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A session of an authenticated peer that says what a test makes it say, well-formed or not, and remembers what it hears. */
final class Puppet implements Session {
    private static final Set<Control.BodyCase> CHATTER =
            EnumSet.of(Control.BodyCase.ACK, Control.BodyCase.WAITING, Control.BodyCase.FILE_PAGE_ACK);
    private static final int HEARING_SECONDS_MAX = 5;

    private final String id;
    private final Site mine;
    private final Site theirs;
    private final FakePool pool;
    private final BlockingQueue<Control> heard = new LinkedBlockingQueue<>();
    private volatile @Nullable String ended;

    /** Connects. {@code pool} is that of the other side's received chunks. */
    Puppet(String id, Site mine, Site theirs, FakePool pool) {
        this.id = id;
        this.mine = mine;
        this.theirs = theirs;
        this.pool = pool;
        theirs.engine().opened(this);
    }

    Site mine() {
        return mine;
    }

    Site theirs() {
        return theirs;
    }

    /** Says it as the wire would bring it: a broken form ends the session. */
    Puppet say(Control message) {
        try {
            theirs.engine().message(this, ControlFrames.parse(message.toByteArray(), Limits.CONTROL_FRAME_BYTES_MAX));
        } catch (ProtocolException e) {
            end(e.code() + " " + e.getMessage());
        }
        return this;
    }

    /** Sends a frame. The header goes through the wire's own checks. */
    Puppet chunk(ChunkHeader header, byte[] payload) {
        ByteBuffer wire = ByteBuffer.allocate(ChunkHeader.BYTES);
        header.write(wire);
        ChunkHeader read;
        try {
            read = ChunkHeader.read(wire.flip());
        } catch (ProtocolException e) {
            end(e.code() + " " + e.getMessage());
            return this;
        }
        PooledChunk chunk =
                pool.acquire(Duration.ofSeconds(HEARING_SECONDS_MAX)).orElseThrow();
        chunk.buffer(0, ChunkHeader.CHUNK_BYTES).put(payload);
        theirs.engine().chunk(this, read, chunk);
        return this;
    }

    /** A raw chunk with the CV that its bytes have. */
    static ChunkHeader header(ByteString transfer, int attempt, int member, int chunk, byte[] bytes) {
        return new ChunkHeader(
                ChunkHeader.KIND_DATA,
                ChunkHeader.CODEC_RAW,
                attempt,
                transfer.toByteArray(),
                member,
                chunk,
                bytes.length,
                bytes.length,
                cv(bytes, chunk));
    }

    static byte[] cv(byte[] bytes, int chunk) {
        byte[] cv = new byte[ChunkHeader.CV_BYTES];
        Blake3.scalar().chunkCv(MemorySegment.ofArray(bytes), 0, bytes.length, chunk, cv);
        return cv;
    }

    /** What it hears next, chatter left out. */
    Control hears(Control.BodyCase wanted) {
        try {
            while (true) {
                Control next = heard.poll(HEARING_SECONDS_MAX, TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError(
                            "waited for " + wanted + " and heard nothing; the session ended: " + ended);
                }
                if (next.getBodyCase() == wanted) {
                    return next;
                }
                if (!CHATTER.contains(next.getBodyCase())) {
                    throw new AssertionError("waited for " + wanted + " and heard " + next);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Why the session ended; null while it stands. */
    @Nullable
    String ended() {
        return ended;
    }

    void end(String reason) {
        if (ended == null) {
            ended = reason;
            theirs.engine().closed(this, reason);
        }
    }

    // ---- as the other side sees it

    @Override
    public String id() {
        return id;
    }

    @Override
    public PeerFacts peer() {
        return new PeerFacts(
                mine.spiffeId,
                "c1".repeat(32),
                "c2".repeat(32),
                List.of(),
                "X25519MLKEM768",
                "TLS_AES_256_GCM_SHA384",
                "ef".repeat(32),
                Instant.MAX);
    }

    @Override
    public String peerOrigin() {
        return mine.origin();
    }

    @Override
    public boolean dialledHere() {
        return false;
    }

    @Override
    public Instant since() {
        return Instant.parse("2026-06-01T00:00:00Z");
    }

    @Override
    public boolean open() {
        return ended == null;
    }

    @Override
    public void send(Control message) {
        if (ended != null) {
            throw new SessionClosedException("ended: " + ended);
        }
        heard.add(ControlFrames.parse(ControlFrames.encode(message), Limits.CONTROL_FRAME_BYTES_MAX));
    }

    @Override
    public CompletionStage<List<DataStream>> streams(int count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Duration> roundTrip() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close(Code code, String sentence) {
        end(code + " " + sentence);
    }
}
