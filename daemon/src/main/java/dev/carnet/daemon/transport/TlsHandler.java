package dev.carnet.daemon.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.bouncycastle.tls.ContentType;
import org.bouncycastle.tls.TlsProtocol;
import org.jspecify.annotations.Nullable;

/**
 * TLS on a channel: bytes in are cut into records and decrypted one at a time, so that the protocol keeps none; bytes out are encrypted at once. The steps
 * of a handshake, milliseconds each, run on an executor of their own: an event loop carries other connections. Afterwards everything runs on the loop.
 */
final class TlsHandler extends ChannelInboundHandlerAdapter implements TlsLink {
    private static final int HEADER_BYTES = 5;
    /** A record of TLS 1.3: 2^14 bytes, and at most 256 of encryption (RFC 8446 section 5.2). */
    private static final int RECORD_BYTES_MAX = HEADER_BYTES + (1 << 14) + 256;

    private static final long LINGER_MILLIS = 1_000;

    /** Steps of a handshake that can fail. */
    private interface Step {
        void run() throws IOException;
    }

    private final Handshake handshake;
    private final TlsEngine engine;
    private final Executor handshakes;
    private final Duration timeout;
    private final Function<Established, Conversation> chooser;
    private final HandshakeEnd handshakeEnd;

    private final ArrayDeque<ByteBuf> input = new ArrayDeque<>();
    private final byte[] record = new byte[RECORD_BYTES_MAX];
    private int filled;
    private boolean malformed;

    private @Nullable ChannelHandlerContext context;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable Conversation conversation;
    private @Nullable RuntimeException thrown;
    private boolean busy;
    private boolean draining;
    private boolean held;
    private boolean closing;
    private volatile boolean ended; // by the loop alone; steps that still wait are left out then

    /** Told once when a handshake has ended, on the event loop. */
    interface HandshakeEnd {
        void done(@Nullable String failure);
    }

    /** Makes the engine with this handler's sink. */
    interface EngineMaker {
        TlsEngine make(TlsEngine.Sink sink);
    }

    TlsHandler(
            Handshake handshake,
            EngineMaker maker,
            Executor handshakes,
            Duration timeout,
            Function<Established, Conversation> chooser,
            HandshakeEnd handshakeEnd) {
        this.handshake = handshake;
        this.engine = maker.make(this::plain);
        this.handshakes = handshakes;
        this.timeout = timeout;
        this.chooser = chooser;
        this.handshakeEnd = handshakeEnd;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        if (ctx.channel().isActive()) {
            start();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        start();
    }

    private void start() {
        if (timer == null && !ended) {
            timer = loop().schedule(
                            () -> failed("no TLS handshake with " + handshake.remote() + " within " + timeout.toMillis()
                                    + " ms"),
                            timeout.toMillis(),
                            TimeUnit.MILLISECONDS);
            offLoop(engine::begin);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closing || ended) {
            bytes.release();
            return;
        }
        input.addLast(bytes);
        drain();
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (!busy && !held && !closing && nextRecord()) {
                process();
            }
        } finally {
            draining = false;
        }
        context().channel().config().setAutoRead(closing || !(busy || held));
    }

    /** Whether a whole record lies in {@link #record}, or a header that cannot be one's: the protocol then says what is wrong with it. */
    private boolean nextRecord() {
        if (!fill(HEADER_BYTES)) {
            return false;
        }
        int length = HEADER_BYTES + ((record[3] & 0xff) << Byte.SIZE | (record[4] & 0xff));
        malformed = length > RECORD_BYTES_MAX
                || record[0] < ContentType.change_cipher_spec
                || record[0] > ContentType.application_data;
        return malformed || fill(length);
    }

    private boolean fill(int wanted) {
        while (filled < wanted) {
            ByteBuf first = input.peekFirst();
            if (first == null) {
                return false;
            }
            int count = Math.min(wanted - filled, first.readableBytes());
            first.readBytes(record, filled, count);
            filled += count;
            if (!first.isReadable()) {
                input.removeFirst().release();
            }
        }
        return true;
    }

    private void process() {
        int length = filled;
        filled = 0;
        if (conversation == null) {
            offLoop(() -> offer(length));
            return;
        }
        try {
            offer(length);
        } catch (IOException e) {
            broken(e);
            return;
        }
        if (closing) {
            return; // the conversation ended in these bytes
        }
        RuntimeException bug = thrown;
        if (bug != null) {
            thrown = null;
            conversation.failed(bug);
        } else if (protocol().isClosed()) {
            end(handshake.remote() + " closed the connection");
            closeChannel();
        } else if (protocol().getAvailableOutputBytes() > 0) {
            sendOut();
            flush();
        }
    }

    private void offer(int length) throws IOException {
        protocol().offerInput(record, 0, length);
        if (malformed) {
            throw new IOException("these bytes are not TLS");
        }
    }

    /** The sink: runs inside {@link TlsProtocol#offerInput}. */
    private void plain(byte[] bytes, int offset, int length) {
        Conversation current = conversation;
        if (current == null || thrown != null || closing) {
            return;
        }
        try {
            current.received(bytes, offset, length);
        } catch (RuntimeException e) {
            thrown = e;
        }
    }

    private void offLoop(Step step) {
        busy = true;
        try {
            handshakes.execute(() -> {
                Exception failure = null;
                try {
                    if (!ended) {
                        step.run();
                    }
                } catch (IOException | RuntimeException e) {
                    failure = e;
                }
                Exception result = failure;
                loop().execute(() -> stepped(result));
            });
        } catch (RejectedExecutionException e) {
            failed("this daemon shuts down");
        }
    }

    private void stepped(@Nullable Exception failure) {
        busy = false;
        if (ended) {
            releaseInput();
            return;
        }
        if (failure != null) {
            broken(failure);
            return;
        }
        sendOut();
        flush();
        Established established = handshake.established();
        if (established != null && conversation == null) {
            cancelTimer();
            Conversation chosen = chooser.apply(established);
            conversation = chosen;
            handshakeEnd.done(null);
            chosen.begin(this);
        }
        drain();
    }

    private void broken(Exception e) {
        failed(handshake.sentence(e));
    }

    /** Sends what is left, an alert most of all. */
    private void failed(String sentence) {
        if (!ended && !busy) {
            sendOut();
        }
        shut(sentence);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Conversation current = conversation;
        if (current != null && !closing && ctx.channel().isWritable()) {
            current.writable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end("the connection to " + handshake.remote() + " was closed");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end("the connection to " + handshake.remote() + " broke: " + cause.getMessage());
        closeChannel();
    }

    @Override
    public EventLoop loop() {
        return context().channel().eventLoop();
    }

    @Override
    public @Nullable ChannelFuture write(byte[] bytes, int offset, int length) {
        if (closing || ended) {
            return null;
        }
        try {
            protocol().writeApplicationData(bytes, offset, length);
        } catch (IOException e) {
            broken(e);
            return null;
        }
        return writeOut();
    }

    private @Nullable ChannelFuture writeOut() {
        int count = protocol().getAvailableOutputBytes();
        if (count == 0) {
            return null;
        }
        ByteBuf out = context().alloc().directBuffer(count);
        int copied = protocol().readOutput(out.nioBuffer(0, count), count);
        return context().write(out.writerIndex(copied));
    }

    private void sendOut() {
        var _ = writeOut();
    }

    private void closeChannel() {
        var _ = context().close();
    }

    @Override
    public void flush() {
        context().flush();
    }

    @Override
    public boolean writable() {
        return !closing && !ended && context().channel().isWritable();
    }

    @Override
    public void hold() {
        held = true;
        context().channel().config().setAutoRead(false);
    }

    @Override
    public void resume() {
        held = false;
        drain();
    }

    @Override
    public boolean held() {
        return held;
    }

    @Override
    public void converse(Conversation next) {
        conversation = next;
        next.begin(this);
    }

    @Override
    public void close(String reason) {
        if (closing || ended) {
            return;
        }
        try {
            protocol().close();
        } catch (IOException e) {
            // There is nobody left to tell.
        }
        sendOut();
        shut(reason);
    }

    /** Ends a handshake at once, without a word to the peer; what has authenticated meanwhile lives on. On the event loop. */
    void drop(String reason) {
        if (conversation == null) {
            end(handshake.remote() + ": " + reason);
            closeChannel();
        }
    }

    /**
     * Closes so that what was sent arrives: closing a socket with unread bytes makes the kernel reset the connection, and a reset overtakes our last words.
     * Hence: no more output, read and throw away for a moment, then close.
     */
    private void shut(String reason) {
        if (closing || ended) {
            return;
        }
        closing = true;
        ChannelHandlerContext ctx = context();
        ctx.flush();
        end(reason);
        if (!ctx.channel().isActive()) {
            closeChannel();
            return;
        }
        ctx.channel().config().setAutoRead(true);
        var _ = ((DuplexChannel) ctx.channel()).shutdownOutput();
        var _ = loop().schedule(this::closeChannel, LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void end(String reason) {
        if (ended) {
            return;
        }
        ended = true;
        cancelTimer();
        if (!busy) {
            releaseInput();
        }
        Conversation current = conversation;
        if (current == null) {
            handshakeEnd.done(reason);
        } else {
            current.closed(reason);
        }
    }

    private void releaseInput() {
        input.forEach(ByteBuf::release);
        input.clear();
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private TlsProtocol protocol() {
        return engine.protocol();
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return ctx;
    }
}
