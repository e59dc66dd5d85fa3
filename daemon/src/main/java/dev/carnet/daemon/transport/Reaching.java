package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Hello;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A try of one address: TLS with the peer's ID required, its Hello, then Goodbye instead of ours, so that no session comes of it. */
final class Reaching implements Conversation {
    private static final String WHY = "only a test whether this address answers";

    private final Hub hub;
    private final Established established;
    private final CompletableFuture<@Nullable String> answer;
    private final FrameAssembler frames = new FrameAssembler();
    private @Nullable TlsLink link;
    private @Nullable ScheduledFuture<?> timer;

    private Reaching(Hub hub, Established established, CompletableFuture<@Nullable String> answer) {
        this.hub = hub;
        this.established = established;
        this.answer = answer;
    }

    /** All addresses at once. */
    static CompletionStage<List<Reach>> all(Hub hub, PeerSpec peer) {
        List<CompletableFuture<Reach>> tries = peer.addresses().stream()
                .map(address -> one(hub, peer.spiffeId(), address))
                .toList();
        return CompletableFuture.allOf(tries.toArray(CompletableFuture[]::new))
                .thenApply(_ -> tries.stream().map(CompletableFuture::join).toList())
                .minimalCompletionStage();
    }

    private static CompletableFuture<Reach> one(Hub hub, String peer, InetSocketAddress address) {
        CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
        long began = System.nanoTime();
        Duration patience = hub.timeouts()
                .connect()
                .plus(hub.timeouts().handshake())
                .plus(hub.timeouts().hello());
        // A name server may take its time.
        Thread.ofVirtual().name("carnet-resolve").start(() -> {
            try {
                InetSocketAddress resolved =
                        new InetSocketAddress(InetAddress.getByName(address.getHostString()), address.getPort());
                hub.dialOnce(resolved, peer, established -> new Reaching(hub, established, answer), answer::complete);
            } catch (UnknownHostException e) {
                answer.complete("the name " + address.getHostString() + " of " + peer + " cannot be resolved");
            } catch (RuntimeException e) {
                hub.log().error("cannot dial {}", peer, e);
                answer.complete("cannot dial " + peer + ": " + e);
            }
        });
        return answer.completeOnTimeout(
                        peer + " did not answer within " + patience.toMillis() + " ms",
                        patience.toMillis(),
                        TimeUnit.MILLISECONDS)
                .thenApply(error -> new Reach(
                        address.getHostString() + ":" + address.getPort(),
                        error == null,
                        Duration.ofNanos(System.nanoTime() - began),
                        error));
    }

    @Override
    public void begin(TlsLink begun) {
        link = begun;
        long patience = hub.timeouts().hello().toMillis();
        timer = begun.loop()
                .schedule(() -> end("no Hello within " + patience + " ms"), patience, TimeUnit.MILLISECONDS);
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {
        Control message = answer.isDone() ? null : frames.next(ByteBuffer.wrap(bytes, offset, length));
        if (message == null) {
            return;
        }
        String peer = established.facts().spiffeId();
        if (message.hasGoodbye()) {
            end(Messages.said(peer, message.getGoodbye()));
        } else if (message.hasHello()) {
            end(wrong(peer, message.getHello()));
        } else {
            throw new ProtocolException(message.getBodyCase() + " before Hello");
        }
    }

    private static @Nullable String wrong(String peer, Hello hello) {
        if (!hello.getSpiffeId().equals(peer)) {
            return "the Hello is of " + hello.getSpiffeId() + ", the certificate of " + peer;
        }
        if (hello.getVersionMin() > Messages.VERSION || hello.getVersionMax() < Messages.VERSION) {
            return "no protocol version in common with " + peer + ": update the older one";
        }
        return null;
    }

    private void end(@Nullable String error) {
        TlsLink begun = link;
        answer.complete(error);
        if (begun != null) {
            if (error == null) {
                byte[] goodbye = FrameAssembler.frame(Messages.goodbye(Code.REPLACED, WHY));
                var _ = begun.write(goodbye, 0, goodbye.length);
                begun.flush();
            }
            begun.close(WHY);
        }
    }

    @Override
    public void failed(RuntimeException e) {
        end(established.facts().spiffeId() + " does not speak this protocol: " + e.getMessage());
    }

    @Override
    public void closed(String reason) {
        if (timer != null) {
            timer.cancel(false);
        }
        answer.complete(reason);
    }
}
