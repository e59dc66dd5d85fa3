package dev.carnet.daemon.api;

import static dev.carnet.daemon.fuzz.Target.hold;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transfer.PushRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** What a local caller writes to the socket. */
public final class ApiFuzz {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<Integer> STATUS =
            Set.of(200, 201, 400, 403, 404, 405, 409, 413, 414, 415, 417, 422, 431, 502, 503, 504, 507);
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private ApiFuzz() {}

    /** The bytes of one connection: every answer is HTTP with JSON of a known status, never a bug's; nothing is answered that was not asked. */
    public static void connection(byte[] input) throws IOException {
        var transfers = new FakeTransfers();
        var router = new Router(
                Endpoints.routes(transfers, new FakeFacts(), Gate.ownUser(), new CallerPaths(List::of)),
                Gate.ownUser());
        var limits = ApiLimits.DEFAULT;
        var channel = new EmbeddedChannel(
                new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(limits.headBytes())
                        .setMaxHeaderSize(limits.headBytes())),
                new BodyLimit(limits.bodyBytes()),
                new ApiConnection(Caller.DAEMON, router, Runnable::run, limits));
        ByteBuf out = Unpooled.buffer();
        try {
            channel.writeInbound(Unpooled.wrappedBuffer(input));
            channel.runPendingTasks();
            for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
                out.writeBytes(part);
                part.release();
            }
            channel.finishAndReleaseAll();
            boolean bug = transfers.requests().stream()
                    .map(PushRequest::name)
                    .anyMatch(name -> name.equals("BUG") || name.matches("[A-Z_]+"));
            judge(out, bug);
        } finally {
            out.release();
        }
    }

    private static void judge(ByteBuf out, boolean fake) throws IOException {
        var client = new EmbeddedChannel(new HttpClientCodec(), new HttpObjectAggregator(ANSWER_BYTES_MAX));
        client.writeInbound(out.retainedDuplicate());
        for (Object read = client.readInbound(); read != null; read = client.readInbound()) {
            FullHttpResponse answer = (FullHttpResponse) read;
            int status = answer.status().code();
            if (status >= 200) {
                hold(answer.decoderResult().isSuccess(), "an answer that is no HTTP");
                hold(fake || STATUS.contains(status), "answered with " + answer.status());
                if (published(answer)) {
                    answer.release();
                    continue;
                }
                JsonNode body = JSON.readTree(ByteBufUtil.getBytes(answer.content()));
                hold(body != null && body.isObject(), "an answer that is no JSON object");
                hold(status < 400 || body.hasNonNull("code"), "a refusal without a code: " + body);
            }
            answer.release();
        }
        client.finishAndReleaseAll();
    }

    /** A file of the ledger has a type of its own, and is no error. */
    private static boolean published(FullHttpResponse answer) {
        String type = answer.headers().get("content-type", "");
        return answer.status().code() == 200
                && (type.equals("application/octet-stream") || type.equals("text/plain; charset=utf-8"));
    }

    /** The body of a push: a request that other rooms can take as it is, or a refusal that the caller can read. */
    public static void body(byte[] input) {
        PushRequest request;
        try {
            request = ApiJson.read(input, PushBody.class).request("operator", Caller.DAEMON, new CallerPaths(List::of));
        } catch (ApiRefusal e) {
            int status = e.reply().status();
            hold(status == 400 || status == 422, "refused with " + status);
            return;
        }
        hold(request.source().startsWith("/") && request.source().indexOf('\0') < 0, "a source that is no path");
        hold(request.principal().equals("operator"), "the caller chose its principal");
        hold(request.streams() >= 0 && request.bytesPerSecondMax() >= 0, "a number below 0");
    }
}
