package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.JoinAnswer;
import dev.carnet.proto.wire.JoinFrame;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.Sentences;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A data connection that we dialled, until it has joined (SPEC section 6.2): greeting, join, answer. */
final class JoiningDialler implements Conversation {
    private static final int ANSWER_BYTES_MAX = 3 + Limits.SENTENCE_BYTES_MAX;

    private final Hub hub;
    private final LiveSession session;
    private final Established established;
    private final int number;
    private final Consumer<String> notJoined;
    private final ByteBuffer pending = ByteBuffer.allocate(JoinFrame.greeting().length + ANSWER_BYTES_MAX);

    private @Nullable TlsLink link;
    private @Nullable ScheduledFuture<?> timer;
    private boolean greeted;
    private @Nullable LiveStream stream;

    JoiningDialler(Hub hub, LiveSession session, Established established, int number, Consumer<String> notJoined) {
        this.hub = hub;
        this.session = session;
        this.established = established;
        this.number = number;
        this.notJoined = notJoined;
    }

    @Override
    public void begin(TlsLink begun) {
        link = begun;
        long millis = hub.timeouts().join().toMillis();
        timer = begun.loop()
                .schedule(
                        () -> begun.close("the join was not answered within " + millis + " ms"),
                        millis,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
        while (in.hasRemaining() && stream == null && pending.hasRemaining()) {
            pending.put(in.get());
            step();
        }
        LiveStream joined = stream;
        if (joined != null && in.hasRemaining()) {
            joined.received(bytes, in.position(), in.remaining());
        }
    }

    private void step() {
        byte[] greeting = JoinFrame.greeting();
        if (!greeted) {
            if (pending.position() == greeting.length) {
                greet(greeting);
            }
            return;
        }
        Optional<JoinAnswer> answer = JoinAnswer.parse(pending.duplicate().flip());
        if (answer.isEmpty()) {
            return;
        }
        cancelTimer();
        if (answer.get().accepted()) {
            LiveStream joined = new LiveStream(hub, session, established, number);
            stream = joined;
            link().converse(joined);
            session.streamSet().add(joined);
        } else {
            link().close("it was refused: " + Sentences.shown(answer.get().sentence()));
        }
    }

    private void greet(byte[] greeting) {
        if (!Arrays.equals(greeting, Arrays.copyOf(pending.array(), greeting.length))) {
            link().close("the peer greets with other bytes than CDS1");
            return;
        }
        greeted = true;
        pending.clear();
        byte[] join = JoinFrame.make(
                        session.established().joinKey(), session.idBytes(), number, established.joinStream())
                .encode();
        var _ = link().write(join, 0, join.length);
        link().flush();
    }

    @Override
    public void failed(RuntimeException e) {
        link().close(String.valueOf(e.getMessage()));
    }

    @Override
    public void closed(String reason) {
        cancelTimer();
        notJoined.accept(reason);
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
