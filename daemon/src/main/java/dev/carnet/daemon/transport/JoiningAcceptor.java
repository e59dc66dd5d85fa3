package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.Ids;
import dev.carnet.proto.wire.JoinAnswer;
import dev.carnet.proto.wire.JoinFrame;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A data connection that we accepted, until it has joined (SPEC section 6.2): greeting, join, answer. */
final class JoiningAcceptor implements Conversation {
    /** The dialler's session may begin a moment before ours: its last Hello is still on its way. */
    private static final int LOOKUPS = 20;

    private static final long LOOKUP_MILLIS = 25;

    private final Hub hub;
    private final Established established;
    private final ByteBuffer pending = ByteBuffer.allocate(JoinFrame.BYTES);

    private @Nullable TlsLink link;
    private @Nullable ScheduledFuture<?> timer;
    private boolean over;
    private boolean entered;

    JoiningAcceptor(Hub hub, Established established) {
        this.hub = hub;
        this.established = established;
    }

    @Override
    public void begin(TlsLink begun) {
        link = begun;
        var against = hub.against(established, false);
        if (against.isPresent()) {
            over = true;
            hub.refused(
                    established.facts().spiffeId(),
                    against.get().code(),
                    against.get().sentence());
            begun.close("it is no configured peer");
            return;
        }
        if (!hub.newcomers().enter(established.facts().spiffeId())) {
            over = true;
            begun.close("it has too many connections that have joined no session");
            return;
        }
        entered = true;
        long millis = hub.timeouts().join().toMillis();
        timer = begun.loop().schedule(() -> refuse("no join within " + millis + " ms"), millis, TimeUnit.MILLISECONDS);
        byte[] greeting = JoinFrame.greeting();
        var _ = begun.write(greeting, 0, greeting.length);
        begun.flush();
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {
        if (over) {
            return;
        }
        if (length > pending.remaining()) {
            throw new ProtocolException("bytes behind the join, before it was answered");
        }
        pending.put(bytes, offset, length);
        if (!pending.hasRemaining()) {
            lookUp(JoinFrame.parse(pending.array()), LOOKUPS);
        }
    }

    private void lookUp(JoinFrame join, int triesLeft) {
        if (over) {
            return;
        }
        String id = Ids.hex(join.sessionId());
        Optional<LiveSession> session = hub.table().byId(id);
        if (session.isPresent()) {
            judge(join, session.get());
        } else if (triesLeft > 0) {
            var _ = link().loop().schedule(() -> lookUp(join, triesLeft - 1), LOOKUP_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            refuse("there is no session " + id);
        }
    }

    private void judge(JoinFrame join, LiveSession session) {
        if (session.dialledHere()
                || !session.peer().spiffeId().equals(established.facts().spiffeId())
                || !join.verify(session.established().joinKey(), established.joinStream())) {
            String reason = "the join of session " + session.id() + " does not verify";
            hub.refused(established.facts().spiffeId(), Code.PROTOCOL, reason);
            refuse(reason);
            return;
        }
        String reason = session.streamSet().reserve(join.stream());
        if (reason != null) {
            refuse(reason);
            return;
        }
        over = true;
        cancelTimer();
        leave();
        write(JoinAnswer.ACCEPTED);
        LiveStream stream = new LiveStream(hub, session, established, join.stream());
        link().converse(stream);
        session.streamSet().add(stream);
    }

    private void refuse(String reason) {
        if (over) {
            return;
        }
        over = true;
        hub.log().warn("a stream of {} was refused: {}", established.facts().spiffeId(), reason);
        write(JoinAnswer.refused(reason));
        link().close(reason);
    }

    private void write(JoinAnswer answer) {
        byte[] bytes = answer.encode();
        var _ = link().write(bytes, 0, bytes.length);
        link().flush();
    }

    @Override
    public void failed(RuntimeException e) {
        if (e instanceof ProtocolException broken && !over) {
            hub.refused(established.facts().spiffeId(), broken.code(), String.valueOf(e.getMessage()));
        }
        refuse(String.valueOf(e.getMessage()));
    }

    @Override
    public void closed(String reason) {
        over = true;
        cancelTimer();
        leave();
    }

    private void leave() {
        if (entered) {
            entered = false;
            hub.newcomers().leave(established.facts().spiffeId());
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private TlsLink link() {
        TlsLink begun = link;
        if (begun == null) {
            throw new IllegalStateException("not begun");
        }
        return begun;
    }
}
