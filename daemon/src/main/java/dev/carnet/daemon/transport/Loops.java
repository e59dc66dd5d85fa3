package dev.carnet.daemon.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** The event loops, on epoll where there is epoll, and their buffers. */
final class Loops {
    private static final int PAGE_BYTES = 8 << 10;
    /** Chunks of Netty's pool are page << order: 1 MiB instead of 4, since a daemon has few megabytes for this. */
    private static final int ORDER = 7;

    private static final int SMALL_CACHE = 64;
    private static final int NORMAL_CACHE = 16;

    private final EventLoopGroup group;
    private final ByteBufAllocator allocator;
    private final boolean epoll = Epoll.isAvailable();

    Loops(int threads) {
        group = new MultiThreadIoEventLoopGroup(
                threads, new Threads(), epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        allocator = new PooledByteBufAllocator(true, 0, threads, PAGE_BYTES, ORDER, SMALL_CACHE, NORMAL_CACHE, false);
    }

    /** Whether the caller is an event loop of a transport: then it must not block. */
    static boolean onLoop() {
        return Thread.currentThread() instanceof LoopThread;
    }

    /** Runs it there, or gives false where the loops have ended: only when the transport has closed. */
    static boolean execute(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    boolean epoll() {
        return epoll;
    }

    EventLoopGroup group() {
        return group;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    Class<? extends SocketChannel> socket() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    Class<? extends ServerChannel> serverSocket() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    void close(Duration patience) {
        group.shutdownGracefully(0, patience.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Known by its class. */
    private static final class LoopThread extends FastThreadLocalThread {
        LoopThread(ThreadGroup group, Runnable task, String name) {
            super(group, task, name);
        }
    }

    /** Makes them. */
    private static final class Threads extends DefaultThreadFactory {
        Threads() {
            super("carnet-net", true);
        }

        @Override
        protected Thread newThread(Runnable task, String name) {
            return new LoopThread(threadGroup, task, name);
        }
    }
}
