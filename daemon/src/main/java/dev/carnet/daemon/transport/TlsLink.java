package dev.carnet.daemon.transport;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** An established TLS connection as its conversation sees it. All but {@link #loop} only on the event loop. */
interface TlsLink {
    EventLoop loop();

    /** Encrypts and queues; the future completes when the kernel has it, and is null where the connection is closed. */
    @Nullable
    ChannelFuture write(byte[] bytes, int offset, int length);

    void flush();

    /** Whether what is queued is below the high water mark. */
    boolean writable();

    /** Reads and decrypts no more. */
    void hold();

    void resume();

    boolean held();

    /** From now on another conversation has the bytes. */
    void converse(Conversation next);

    /** Sends what is queued and a close_notify, gives the peer a moment to read it, and closes. The conversation is told at once. */
    void close(String reason);
}
