package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A joined data connection: frames both ways. */
final class LiveStream implements DataStream, Conversation, FrameReader.Taker {
    private final Hub hub;
    private final LiveSession session;
    private final Established established;
    private final int number;

    private @Nullable TlsLink link;
    private @Nullable FrameReader reader;
    private @Nullable FrameWriter writer;
    private volatile boolean open = true;

    /** @param established of its own connection: its certificate may be newer than the session's */
    LiveStream(Hub hub, LiveSession session, Established established, int number) {
        this.hub = hub;
        this.session = session;
        this.established = established;
        this.number = number;
    }

    @Override
    public void begin(TlsLink begun) {
        link = begun;
        reader = new FrameReader(
                begun, hub.receivePool(), hub.share(session.peer().spiffeId()), hub.timeouts(), this);
        writer = new FrameWriter(begun);
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {
        reader().received(bytes, offset, length);
    }

    @Override
    public void writable() {
        writer().pump();
    }

    @Override
    public boolean wanted(ChunkHeader header) {
        return hub.listener().wanted(session, header);
    }

    @Override
    public void chunk(ChunkHeader header, PooledChunk chunk) {
        hub.listener().chunk(session, header, chunk);
    }

    @Override
    public void late(String reason) {
        session.close(Code.TIMEOUT, reason + " (stream " + number + ")");
        link().close(reason);
    }

    /** There is no Goodbye on a stream: what was wrong with it is said in that of the session. */
    @Override
    public void failed(RuntimeException e) {
        if (e instanceof ProtocolException broken) {
            session.close(broken.code(), broken.getMessage() + " (stream " + number + ")");
        } else {
            hub.log().error("a bug in stream {} of {}", number, session.peer().spiffeId(), e);
            session.close(Code.INTERNAL, "an internal error; the log there says more");
        }
        link().close(String.valueOf(e.getMessage()));
    }

    @Override
    public void closed(String reason) {
        open = false;
        reader().close();
        writer().close(closedMessage(reason));
        session.streamSet().remove(this);
    }

    /** Ends it where its certificate is not good any more; the session may live on with another. From any thread. */
    void judge() {
        hub.against(established, session.dialledHere()).ifPresent(why -> {
            hub.log()
                    .warn(
                            "stream {} of {} ends: {} ({})",
                            number,
                            session.peer().spiffeId(),
                            why.sentence(),
                            why.code());
            shut(why.sentence());
        });
    }

    /** From any thread. */
    void shut(String reason) {
        TlsLink begun = link();
        var _ = Loops.execute(begun.loop(), () -> begun.close(reason));
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public boolean open() {
        return open;
    }

    @Override
    public CompletionStage<Void> send(ChunkHeader header, ByteBuffer payload) {
        if (payload.remaining() != header.wireLength()) {
            throw new IllegalArgumentException(
                    "a payload of " + payload.remaining() + " bytes under a header that says " + header.wireLength());
        }
        if (!open) {
            return CompletableFuture.failedStage(new SessionClosedException(closedMessage("")));
        }
        return writer().send(header, payload);
    }

    @Override
    public long wireBytesSent() {
        return writer().bytesSent();
    }

    private String closedMessage(String reason) {
        return "stream " + number + " to " + session.peer().spiffeId() + " is closed"
                + (reason.isEmpty() ? "" : ": " + reason);
    }

    private TlsLink link() {
        return begun(link);
    }

    private FrameReader reader() {
        return begun(reader);
    }

    private FrameWriter writer() {
        return begun(writer);
    }

    private static <T> T begun(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("not begun");
        }
        return part;
    }
}
