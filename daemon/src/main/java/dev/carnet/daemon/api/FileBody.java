package dev.carnet.daemon.api;

import dev.carnet.daemon.transport.StaticFile;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The file of an answer, sent in pieces: a worker reads one, the event loop sends it, and the next is read when the kernel has taken it. */
final class FileBody {
    private static final int PIECE_BYTES = 64 << 10;
    private static final long AGAIN_MILLIS = 50;

    private final ChannelHandlerContext ctx;
    private final StaticFile file;
    private final Executor workers;
    private final Runnable moved;
    private final Consumer<Boolean> ended;
    private long left;

    /**
     * @param moved called on the event loop for each piece that was taken
     * @param ended called on the event loop, once: whether all was sent
     */
    FileBody(ChannelHandlerContext ctx, StaticFile file, Executor workers, Runnable moved, Consumer<Boolean> ended) {
        this.ctx = ctx;
        this.file = file;
        this.workers = workers;
        this.moved = moved;
        this.ended = ended;
        this.left = file.bytes();
    }

    /** On the event loop. */
    void next() {
        work(() -> {
            byte[] piece = left > 0 && ctx.channel().isActive() ? read() : new byte[0];
            if (piece.length == 0) {
                closeFile();
            }
            ctx.executor().execute(() -> send(piece));
        });
    }

    private void work(Runnable step) {
        try {
            workers.execute(step);
        } catch (RejectedExecutionException e) { // many wait, or the API closes
            if (ctx.channel().isActive()) {
                var _ = ctx.executor().schedule(this::next, AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                closeFile();
                ended.accept(false);
            }
        }
    }

    /** Empty where it cannot be had. */
    private byte[] read() {
        var piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, left));
        try {
            while (piece.hasRemaining()) {
                if (file.content().read(piece) < 0) {
                    return new byte[0];
                }
            }
            return piece.array();
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private void send(byte[] piece) {
        if (piece.length == 0) {
            if (left == 0) {
                ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
                        .addListener(written -> ended.accept(written.isSuccess()));
            } else {
                ended.accept(false);
            }
            return;
        }
        left -= piece.length;
        ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(piece))).addListener(written -> {
            if (written.isSuccess()) {
                moved.run();
            }
            next(); // where it failed the channel is closed, and so is the file then
        });
    }

    private void closeFile() {
        try {
            file.close();
        } catch (IOException e) {
            // It was only read.
        }
    }
}
