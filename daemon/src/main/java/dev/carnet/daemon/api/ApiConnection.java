package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transport.StaticFile;
import dev.carnet.proto.wire.v1.Code;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundInvoker;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: one request at a time, answers in the order of the requests. While one runs nothing is read, so a caller
 * that sends and never reads stops itself. A clock runs whenever the caller has to do something.
 */
final class ApiConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(ApiConnection.class);

    private final Caller caller;
    private final Router router;
    private final Executor workers;
    private final ApiLimits limits;
    private final Queue<Incoming> waiting = new ArrayDeque<>();
    private boolean busy;
    private boolean closing;
    private @Nullable ScheduledFuture<?> deadline;

    ApiConnection(Caller caller, Router router, Executor workers, ApiLimits limits) {
        this.caller = caller;
        this.router = router;
        this.workers = workers;
        this.limits = limits;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        startClock(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stopClock();
        waiting.clear();
        ctx.fireChannelInactive();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest message) {
        if (closing) {
            return;
        }
        if (message.decoderResult().isFailure()) {
            closing = true;
            refuse(ctx, unreadable(message.decoderResult().cause()));
        } else if (waiting.size() >= limits.pipelined()) {
            LOG.warn("local API: {} sent more than {} requests without waiting", caller, limits.pipelined());
            closing = true;
            close(ctx);
        } else {
            var type = message.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
            waiting.add(new Incoming(
                    message.method().name(),
                    message.uri(),
                    type,
                    ByteBufUtil.getBytes(message.content()),
                    HttpUtil.isKeepAlive(message),
                    caller));
            next(ctx);
        }
    }

    private void next(ChannelHandlerContext ctx) {
        var request = busy ? null : waiting.poll();
        if (request == null) {
            return;
        }
        busy = true;
        stopClock();
        ctx.channel().config().setAutoRead(false);
        try {
            workers.execute(() -> {
                Reply reply = router.answer(request);
                ctx.executor().execute(() -> answered(ctx, request, reply));
            });
        } catch (RejectedExecutionException e) {
            answered(ctx, request, Problems.of(Code.BUSY, "too many requests wait; try again later"));
        }
    }

    private void answered(ChannelHandlerContext ctx, Incoming request, Reply reply) {
        if (reply.stream() != null) {
            stream(ctx, reply.stream());
            return;
        }
        startClock(ctx);
        if (!request.keepAlive()) {
            closing = true;
            waiting.clear();
        }
        if (reply.file() != null) {
            send(ctx, request, reply.file());
            return;
        }
        write(ctx, reply, request.keepAlive()).addListener((ChannelFutureListener) written -> {
            if (!written.isSuccess()) {
                close(ctx);
            } else if (request.keepAlive()) {
                sent(ctx);
            }
        });
    }

    private void sent(ChannelHandlerContext ctx) {
        busy = false;
        startClock(ctx);
        next(ctx);
        if (!busy) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    private void send(ChannelHandlerContext ctx, Incoming request, StaticFile file) {
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, file.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, file.bytes())
                .set(HttpHeaderNames.CACHE_CONTROL, file.cacheControl());
        if (!request.keepAlive()) {
            head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        var _ = ctx.write(head);
        var body = new FileBody(ctx, file, workers, () -> startClock(ctx), whole -> {
            if (whole && request.keepAlive()) {
                sent(ctx);
            } else {
                close(ctx); // its length was said: who has not all of it knows
            }
        });
        body.next();
    }

    /** What comes from the caller from here on is read and thrown away, so that its going is seen. */
    private void stream(ChannelHandlerContext ctx, Consumer<EventSink> stream) {
        closing = true;
        waiting.clear();
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Reply.EVENTS)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE)
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        var _ = ctx.writeAndFlush(head);
        ctx.channel().config().setAutoRead(true);
        stream.accept(new ChannelSink(ctx.channel()));
    }

    /** Answers and closes. */
    static void refuse(ChannelOutboundInvoker out, Reply reply) {
        var _ = write(out, reply, false);
    }

    private static ChannelFuture write(ChannelOutboundInvoker out, Reply reply, boolean keepAlive) {
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), Unpooled.wrappedBuffer(reply.body()));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        if (!reply.allow().isEmpty()) {
            response.headers().set(HttpHeaderNames.ALLOW, reply.allow());
        }
        if (!keepAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        var written = out.writeAndFlush(response);
        return keepAlive ? written : written.addListener(ChannelFutureListener.CLOSE);
    }

    private Reply unreadable(Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException e ->
                Problems.of(414, Code.LIMIT, "a request line has at most " + limits.headBytes() + " bytes");
            case TooLongHttpHeaderException e ->
                Problems.of(431, Code.LIMIT, "a request's headers have at most " + limits.headBytes() + " bytes");
            default -> Problems.of(400, Code.PROTOCOL, "this is no HTTP/1.1 request");
        };
    }

    private void startClock(ChannelHandlerContext ctx) {
        stopClock();
        deadline = ctx.executor().schedule(() -> close(ctx), limits.requestSeconds(), TimeUnit.SECONDS);
    }

    private void stopClock() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("local API: the connection of {} failed", caller, cause);
        close(ctx);
    }

    private static void close(ChannelHandlerContext ctx) {
        var _ = ctx.close();
    }
}
