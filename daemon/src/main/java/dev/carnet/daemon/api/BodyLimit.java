package dev.carnet.daemon.api;

import dev.carnet.proto.wire.v1.Code;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;

/** Gathers a request; one that is too long is answered like every other error, and ends its connection. */
final class BodyLimit extends HttpObjectAggregator {
    private final int bytesMax;

    BodyLimit(int bytesMax) {
        super(bytesMax, true);
        this.bytesMax = bytesMax;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext ctx, HttpMessage oversized) {
        ApiConnection.refuse(ctx, tooLong());
    }

    /** A caller that asks before it sends its body is told no in the same form as every other. */
    @Override
    protected Object newContinueResponse(HttpMessage start, int maxContentLength, ChannelPipeline pipeline) {
        Object answer = super.newContinueResponse(start, maxContentLength, pipeline);
        if (!(answer instanceof FullHttpResponse bare) || bare.status().code() < 400) {
            return answer;
        }
        Reply reply = bare.status().equals(HttpResponseStatus.EXPECTATION_FAILED)
                ? Problems.of(417, Code.UNSUPPORTED, "the header Expect may ask for 100-continue and nothing else")
                : tooLong();
        bare.release();
        var told = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), Unpooled.wrappedBuffer(reply.body()));
        told.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        return told;
    }

    private Reply tooLong() {
        return Problems.of(413, Code.LIMIT, "a request's body has at most " + bytesMax + " bytes");
    }
}
