package dev.carnet.daemon.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one port. Of connections that have not authenticated only so many exist at once: while they do, no more are accepted, and the rest waits in the kernel's
 * backlog. A connection that says nothing is not even accepted (TCP_DEFER_ACCEPT, where the kernel has it): the dialler speaks first in TLS. Each has ten seconds
 * for its handshake, and two while others wait, so that whoever holds places without using them makes room.
 */
final class Acceptor {
    private static final int BACKLOG = 512;
    private static final long CROWDED_NANOS = 2_000_000_000L;
    private static final long SWEEP_MILLIS = 250;

    private final Hub hub;
    private final int pendingMax;
    private @Nullable Channel server;
    private final Map<Channel, Long> pending = new LinkedHashMap<>(); // in the order of accepting, with its nanoseconds
    private boolean sweeping;

    Acceptor(Hub hub) {
        this.hub = hub;
        this.pendingMax = hub.spec().pendingMax();
    }

    InetSocketAddress bind(InetSocketAddress address) {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(hub.loops().group())
                .channel(hub.loops().serverSocket())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, hub.loops().allocator())
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, Connector.reads())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Connector.WATER_MARK)
                .handler(new Gate())
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel);
                    }
                });
        if (hub.loops().epoll()) {
            bootstrap.option(EpollChannelOption.TCP_DEFER_ACCEPT, (int)
                    Math.max(1, hub.timeouts().handshake().toSeconds()));
        }
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new UncheckedIOException(
                    "cannot listen on " + Connector.text(address) + ": "
                            + bound.cause().getMessage() + ". Does another process use the port?",
                    new IOException(bound.cause()));
        }
        server = bound.channel();
        return (InetSocketAddress) bound.channel().localAddress();
    }

    private void accept(SocketChannel channel) {
        hub.channels().add(channel);
        String remote = Connector.text(channel.remoteAddress());
        Handshake handshake = new Handshake(hub.trust(), hub.clock(), hub.credentials(), remote, null);
        channel.pipeline()
                .addLast(new TlsHandler(
                        handshake,
                        sink -> TlsEngine.server(hub.crypto(), handshake, sink),
                        hub.handshakes(),
                        hub.timeouts().handshake(),
                        hub::accepted,
                        failure -> {
                            if (failure == null) {
                                released(channel);
                            } else {
                                hub.refusals().refused(failure);
                                channel.closeFuture().addListener(_ -> released(channel)); // it lingers for a moment
                            }
                        }));
    }

    /** Counts what is accepted, on the loop of the listening socket. */
    private final class Gate extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            pending.put((Channel) accepted, System.nanoTime());
            if (pending.size() >= pendingMax) {
                ctx.channel().config().setAutoRead(false);
                sweepLater(ctx.channel());
            }
            ctx.fireChannelRead(accepted);
        }
    }

    private void sweepLater(Channel listening) {
        if (!sweeping) {
            sweeping = true;
            var _ = listening.eventLoop().schedule(() -> sweep(listening), SWEEP_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** While every place is taken: whoever has held one for two seconds without an identity loses it. */
    private void sweep(Channel listening) {
        sweeping = false;
        if (pending.size() < pendingMax) {
            return;
        }
        long now = System.nanoTime();
        for (Map.Entry<Channel, Long> place : pending.entrySet()) {
            if (now - place.getValue() > CROWDED_NANOS) {
                var _ = place.getKey().close();
            }
        }
        sweepLater(listening);
    }

    private void released(Channel channel) {
        Channel listening = server;
        if (listening != null) {
            Loops.execute(listening.eventLoop(), () -> {
                pending.remove(channel);
                listening.config().setAutoRead(pending.size() < pendingMax);
            });
        }
    }

    void close() {
        Channel listening = server;
        if (listening != null) {
            listening.close().awaitUninterruptibly();
        }
    }
}
