package dev.carnet.daemon.api;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.wire.v1.Code;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP/1.1 on an epoll domain socket: one event loop moves bytes, a few workers answer. */
final class NettyApi implements LocalApi {
    private static final Logger LOG = LoggerFactory.getLogger(NettyApi.class);
    private static final int SHUTDOWN_SECONDS = 2;

    private final Path path;
    private final Router router;
    private final Events events;
    private final ApiLimits limits;
    private final Map<Integer, Integer> users = new HashMap<>(); // uid to its connections; on the event loop
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private @Nullable SocketPlace place;
    private @Nullable EventLoopGroup loop;
    private @Nullable ThreadPoolExecutor workers;
    private @Nullable Channel server;

    NettyApi(Path path, Router router, Events events, ApiLimits limits) {
        this.path = path.toAbsolutePath().normalize();
        this.router = router;
        this.events = events;
        this.limits = limits;
    }

    @Override
    public synchronized void start() {
        if (place != null) {
            throw new IllegalStateException("started already");
        }
        place = SocketPlace.claim(path);
        try {
            place.publish(this::bind);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        LOG.info("local API at {}", path);
    }

    @Override
    public Path socket() {
        return path;
    }

    private void bind(Path at) {
        var executor = new ThreadPoolExecutor(
                limits.workers(),
                limits.workers(),
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(limits.queued()),
                new DefaultThreadFactory("api-worker", true));
        executor.allowCoreThreadTimeOut(true);
        workers = executor;
        var group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("api-io", true), EpollIoHandler.newFactory());
        loop = group;
        var bound = new ServerBootstrap()
                .group(group)
                .channel(EpollServerDomainSocketChannel.class)
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel channel) throws IOException {
                        connected(channel, executor);
                    }
                })
                .bind(new DomainSocketAddress(at.toFile()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new ApiStartException(
                    "cannot bind the API's socket at " + path + ": " + bound.cause(), bound.cause());
        }
        server = bound.channel();
    }

    /** Runs on the one event loop, so that the count cannot be raced. */
    private void connected(EpollDomainSocketChannel channel, ThreadPoolExecutor executor) throws IOException {
        PeerCredentials peer = channel.peerCredentials();
        int own = users.getOrDefault(peer.uid(), 0);
        if (connections.size() >= limits.connections() || own >= limits.connectionsPerUser()) {
            LOG.warn(
                    "local API: {} connections are open, {} of them of uid {}: its next is turned away",
                    connections.size(),
                    own,
                    peer.uid());
            channel.pipeline().addLast(new HttpResponseEncoder());
            ApiConnection.refuse(
                    channel.pipeline(),
                    Problems.of(Code.BUSY, "too many connections to the daemon; close some, or try again later"));
            return;
        }
        connections.add(channel);
        users.put(peer.uid(), own + 1);
        channel.closeFuture()
                .addListener(closed -> users.computeIfPresent(peer.uid(), (uid, n) -> n > 1 ? n - 1 : null));
        int[] gids = peer.gids();
        var caller = new Caller(
                peer.uid(),
                gids.length > 0 ? gids[0] : -1,
                PeerGroups.of(channel.fd().intValue(), peer.pid()),
                peer.pid());
        channel.pipeline()
                .addLast(new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(limits.headBytes())
                        .setMaxHeaderSize(limits.headBytes())))
                .addLast(new BodyLimit(limits.bodyBytes()))
                .addLast(new ApiConnection(caller, router, executor, limits));
    }

    @Override
    public synchronized void close() {
        if (server != null) {
            server.close().awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        }
        events.close();
        if (workers != null) {
            drain(workers);
        }
        connections.close().awaitUninterruptibly(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
        if (loop != null) {
            loop.shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(SHUTDOWN_SECONDS + 1, TimeUnit.SECONDS);
        }
        if (place != null) {
            place.close();
        }
    }

    /** By waiting, never by interrupt: a request may be in the middle of a file. */
    private void drain(ThreadPoolExecutor executor) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(limits.closeSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("local API: a request still runs after {} s; it is left behind", limits.closeSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
