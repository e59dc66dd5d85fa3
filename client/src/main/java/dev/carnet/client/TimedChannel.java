package dev.carnet.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A non-blocking channel whose waits end at one deadline, or each after a while: a blocking one over a Unix socket has no timeouts. */
final class TimedChannel implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final long timeout;
    private final boolean each;
    private final long begun = System.nanoTime();

    /** For an answer that is waited for as a whole. */
    TimedChannel(SocketChannel channel, Duration timeout) throws IOException {
        this(channel, timeout, false);
    }

    /** @param each whether every wait has the whole time: for an answer of any length, that goes on */
    TimedChannel(SocketChannel channel, Duration timeout, boolean each) throws IOException {
        this.channel = channel;
        this.timeout = timeout.toNanos();
        this.each = each;
        this.selector = channel.provider().openSelector();
        this.key = channel.register(selector, 0);
    }

    /** Waits for one operation; for OP_CONNECT until the connection stands. */
    void await(int operation) throws IOException {
        if (operation == SelectionKey.OP_CONNECT && channel.finishConnect()) {
            return;
        }
        long left = TimeUnit.NANOSECONDS.toMillis(each ? timeout : timeout - (System.nanoTime() - begun));
        key.interestOps(operation);
        if (left <= 0 || selector.select(left) == 0) {
            if (Thread.currentThread().isInterrupted()) {
                throw new java.io.InterruptedIOException("interrupted while waiting for the daemon");
            }
            throw new SocketTimeoutException("no answer in time");
        }
        selector.selectedKeys().clear();
        if (operation == SelectionKey.OP_CONNECT && !channel.finishConnect()) {
            throw new SocketTimeoutException("no connection in time");
        }
    }

    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                Objects.checkFromIndexSize(offset, length, into.length);
                if (length == 0) {
                    return 0;
                }
                var buffer = ByteBuffer.wrap(into, offset, length);
                int count = channel.read(buffer);
                while (count == 0) {
                    await(SelectionKey.OP_READ);
                    count = channel.read(buffer);
                }
                return count;
            }
        };
    }

    @Override
    public void close() throws IOException {
        selector.close();
    }
}
