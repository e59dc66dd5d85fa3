package dev.carnet.daemon.api;

import dev.carnet.proto.wire.v1.Code;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;

/** Gathers a request; one that is too long is answered like every other error, and ends its connection. */
final class BodyLimit extends HttpObjectAggregator {
    private final int bytesMax;

    BodyLimit(int bytesMax) {
        super(bytesMax, true);
        this.bytesMax = bytesMax;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        ApiConnection.refuse(ctx, Problems.of(413, Code.LIMIT, "a request's body has at most " + bytesMax + " bytes"));
    }
}
