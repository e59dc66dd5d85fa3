package dev.carnet.daemon.api;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import java.util.concurrent.TimeUnit;

/** A connection of the API that has become a stream. Usable from any thread. */
record ChannelSink(Channel channel) implements EventSink {
    private static final int END_SECONDS = 2;

    @Override
    public boolean open() {
        return channel.isActive();
    }

    @Override
    public boolean ready() {
        return channel.isWritable();
    }

    @Override
    public void send(byte[] text) {
        var _ = channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(text)));
    }

    @Override
    public void end(byte[] text) {
        var _ = channel.writeAndFlush(new DefaultLastHttpContent(Unpooled.wrappedBuffer(text)))
                .addListener(ChannelFutureListener.CLOSE);
        var _ = channel.eventLoop()
                .schedule(
                        () -> {
                            var _ = channel.close();
                        },
                        END_SECONDS,
                        TimeUnit.SECONDS);
    }
}
