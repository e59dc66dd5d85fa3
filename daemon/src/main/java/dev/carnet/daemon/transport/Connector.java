package dev.carnet.daemon.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.Function;

/** Opens connections. */
final class Connector {
    static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(512 << 10, 1 << 20);

    private static final int READ_BYTES_MIN = 2 << 10;
    private static final int READ_BYTES_FIRST = 16 << 10;
    private static final int READ_BYTES_MAX = 256 << 10;

    private final Hub hub;

    Connector(Hub hub) {
        this.hub = hub;
    }

    static AdaptiveRecvByteBufAllocator reads() {
        return new AdaptiveRecvByteBufAllocator(READ_BYTES_MIN, READ_BYTES_FIRST, READ_BYTES_MAX);
    }

    /**
     * Dials.
     *
     * @param address resolved
     * @param failed told why, where no conversation came of it
     * @return ends it at once, without a word: from any thread, whatever has become of it
     */
    Runnable dial(
            InetSocketAddress address,
            String peerId,
            Protocols.Alpn alpn,
            Function<Established, Conversation> conversation,
            Consumer<String> failed) {
        String remote = peerId + " at " + text(address);
        Credentials own = hub.credentials();
        var connecting = new Bootstrap()
                .group(hub.loops().group())
                .channel(hub.loops().socket())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                        hub.timeouts().connect().toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(ChannelOption.ALLOCATOR, hub.loops().allocator())
                .option(ChannelOption.RECVBUF_ALLOCATOR, reads())
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        hub.channels().add(channel);
                        Handshake handshake = new Handshake(hub.trust(), hub.clock(), own, remote, peerId);
                        channel.pipeline()
                                .addLast(new TlsHandler(
                                        handshake,
                                        sink -> TlsEngine.client(hub.crypto(), handshake, alpn, sink),
                                        hub.handshakes(),
                                        hub.timeouts().handshake(),
                                        conversation,
                                        failure -> {
                                            hub.table().revoked(handshake.revoked(), String.valueOf(failure));
                                            if (failure != null && channel.remoteAddress() != null) {
                                                failed.accept(failure);
                                            }
                                        }));
                    }
                })
                .connect(address);
        connecting.addListener(future -> {
            if (!future.isSuccess()) {
                failed.accept("cannot connect to " + remote + ": "
                        + future.cause().getMessage() + ". Is it up, and does a firewall stand between?");
            }
        });
        return () -> {
            var _ = connecting.channel().close();
        };
    }

    static String text(InetSocketAddress address) {
        String host = address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
