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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one port. Of connections that have not authenticated only so many exist at once. When the last place is taken somebody else gives up his ({@link Places}), at
 * once: nobody waits in the kernel's backlog behind connections that were begun and left.
 */
final class Acceptor {
    private static final int BACKLOG = 512;
    private static final long SWEEP_MILLIS = 250;

    private final Hub hub;
    private final Places<Channel> places; // on the loop of the listening socket
    private @Nullable Channel server;
    private boolean sweeping;

    Acceptor(Hub hub) {
        this.hub = hub;
        this.places = new Places<>(hub.spec().pendingMax());
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
                        established -> authenticated(channel, established),
                        failure -> {
                            if (failure == null) {
                                released(channel);
                            } else {
                                hub.refusals().refused(failure);
                                hub.table().revoked(handshake.revoked(), failure);
                                // it lingers for a moment
                                channel.closeFuture().addListener(_ -> released(channel));
                            }
                        }));
    }

    private Conversation authenticated(SocketChannel channel, Established established) {
        if (hub.trust().peer(established.facts().spiffeId()).isPresent()) {
            InetAddress from = channel.remoteAddress().getAddress();
            var _ = Loops.execute(channel.parent().eventLoop(), () -> places.know(from));
        }
        return hub.accepted(established);
    }

    private void released(SocketChannel channel) {
        Channel listening = channel.parent();
        var _ = Loops.execute(listening.eventLoop(), () -> {
            places.left(channel);
            makeRoom(listening);
        });
    }

    /** Counts what is accepted, on the loop of the listening socket. */
    private final class Gate extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object accepted) {
            Channel channel = (Channel) accepted;
            if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
                channel.unsafe().closeForcibly(); // gone already
                return;
            }
            places.came(channel, remote.getAddress(), System.nanoTime());
            ctx.fireChannelRead(accepted);
            makeRoom(ctx.channel());
        }
    }

    private void makeRoom(Channel listening) {
        places.victim(System.nanoTime()).ifPresent(this::giveUp);
        listening.config().setAutoRead(!places.full());
        if (places.full() && !sweeping) {
            sweeping = true;
            var _ = listening
                    .eventLoop()
                    .schedule(
                            () -> {
                                sweeping = false;
                                makeRoom(listening);
                            },
                            SWEEP_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    private void giveUp(Channel victim) {
        var _ = Loops.execute(victim.eventLoop(), () -> {
            TlsHandler handler = victim.pipeline().get(TlsHandler.class);
            if (handler != null) {
                handler.drop("it made room for others: " + hub.spec().pendingMax()
                        + " connections without an identity are the most");
            } else {
                var _ = victim.close();
            }
        });
    }

    void close() {
        Channel listening = server;
        if (listening != null) {
            listening.close().awaitUninterruptibly();
        }
    }
}
