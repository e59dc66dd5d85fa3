package dev.carnet.daemon.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The one port. Of connections that have not authenticated only so many exist at once: while they do, no more are accepted, and the rest waits in the kernel's
 * backlog. Each has ten seconds for its handshake, so the queue moves.
 */
final class Acceptor {
    private static final int BACKLOG = 512;

    private final Hub hub;
    private final int pendingMax;
    private @Nullable Channel server;
    private int pending;

    Acceptor(Hub hub) {
        this.hub = hub;
        this.pendingMax = hub.spec().pendingMax();
    }

    InetSocketAddress bind(InetSocketAddress address) {
        ChannelFuture bound = new ServerBootstrap()
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
                })
                .bind(address)
                .awaitUninterruptibly();
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
        Handshake handshake = new Handshake(hub.anchors(), hub.clock(), hub.credentials(), remote, null);
        channel.pipeline()
                .addLast(new TlsHandler(
                        handshake,
                        sink -> TlsEngine.server(hub.crypto(), handshake, sink),
                        hub.handshakes(),
                        hub.timeouts().handshake(),
                        hub::accepted,
                        failure -> {
                            if (failure != null) {
                                hub.refusals().refused(failure);
                            }
                            released();
                        }));
    }

    /** Counts what is accepted, on the loop of the listening socket. */
    private final class Gate extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            if (++pending >= pendingMax) {
                ctx.channel().config().setAutoRead(false);
            }
            ctx.fireChannelRead(accepted);
        }
    }

    private void released() {
        Channel listening = server;
        if (listening != null) {
            listening.eventLoop().execute(() -> {
                pending--;
                listening.config().setAutoRead(pending < pendingMax);
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
