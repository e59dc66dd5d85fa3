package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.v1.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The data streams of a session. Used by several event loops. */
final class StreamSet {
    /** Numbers that one session can use up: a bit each. */
    private static final int NUMBERS_MAX = 1 << 16;

    /** One call of {@link Session#streams}. */
    private record Wish(int count, CompletableFuture<List<DataStream>> answer) {}

    private final Hub hub;
    private final LiveSession session;
    private final int streamsMax;
    private final BitSet used = new BitSet();
    private final List<LiveStream> open = new ArrayList<>();
    private final List<Wish> wishes = new ArrayList<>();
    private int dialling;
    private int joining;
    private int lastNumber;
    private @Nullable String closed;

    StreamSet(Hub hub, LiveSession session, int streamsMax) {
        this.hub = hub;
        this.session = session;
        this.streamsMax = streamsMax;
    }

    CompletionStage<List<DataStream>> want(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("streams from 1, not " + count);
        }
        Wish wish = new Wish(Math.min(count, streamsMax), new CompletableFuture<>());
        synchronized (this) {
            if (closed != null || streamsMax == 0) {
                wish.answer.completeExceptionally(new SessionClosedException("no streams with "
                        + session.peer().spiffeId() + ": " + (closed != null ? closed : "it takes none")));
                return wish.answer;
            }
            wishes.add(wish);
        }
        settle();
        if (!wish.answer.isDone()) {
            begin(wish);
        }
        return wish.answer.minimalCompletionStage();
    }

    private void begin(Wish wish) {
        Duration patience = hub.timeouts().streams();
        var _ = session.link()
                .loop()
                .schedule(
                        () -> expire(wish, "no " + wish.count + " streams within " + patience.toMillis() + " ms"),
                        patience.toMillis(),
                        TimeUnit.MILLISECONDS);
        if (session.dialledHere()) {
            dial(wish.count);
        } else {
            session.link().loop().execute(() -> session.ask(wish.count));
        }
    }

    /** The peer asks for streams; only who dialled the session opens them. */
    void asked(int count) {
        if (!session.dialledHere()) {
            session.close(Code.PROTOCOL, "NeedStreams from the side that dialled");
            return;
        }
        dial(Math.min(count, streamsMax));
    }

    private void dial(int count) {
        List<Integer> numbers = new ArrayList<>();
        boolean usedUp;
        synchronized (this) {
            usedUp = closed == null && lastNumber + count >= NUMBERS_MAX;
            while (closed == null && !usedUp && open.size() + dialling < count) {
                dialling++;
                numbers.add(++lastNumber);
            }
        }
        if (usedUp) {
            session.close(Code.REPLACED, "its stream numbers are used up: another session follows");
        }
        for (int number : numbers) {
            hub.dialStream(session, number, reason -> notJoined(number, reason));
        }
    }

    /** A dial came to nothing: whoever cannot get enough from what is open and still being dialled learns why now. */
    private void notJoined(int number, String reason) {
        List<Wish> failed;
        synchronized (this) {
            dialling--;
            int possible = open.size() + dialling;
            failed = wishes.stream().filter(wish -> wish.count > possible).toList();
            wishes.removeAll(failed);
        }
        String sentence = "stream " + number + " to " + session.peer().spiffeId() + " cannot be opened: " + reason;
        failed.forEach(wish -> wish.answer.completeExceptionally(new SessionClosedException(sentence)));
    }

    private void expire(Wish wish, String reason) {
        synchronized (this) {
            wishes.remove(wish);
        }
        wish.answer.completeExceptionally(
                new SessionClosedException(reason + " from " + session.peer().spiffeId()));
    }

    /** Uses the number up, on the accepting side; {@link #add} follows. Null where the stream may join, else why not. */
    synchronized @Nullable String reserve(int number) {
        if (closed != null) {
            return "the session has ended";
        }
        if (number < 1 || number >= NUMBERS_MAX) {
            return "a session has stream numbers 1 to " + (NUMBERS_MAX - 1);
        }
        if (used.get(number)) {
            return "stream number " + number + " was used already";
        }
        if (open.size() + joining >= streamsMax) {
            return "a session has " + streamsMax + " streams at most";
        }
        used.set(number);
        joining++;
        return null;
    }

    /** It is joined on both sides. */
    void add(LiveStream stream) {
        boolean late;
        synchronized (this) {
            late = closed != null;
            if (!late) {
                open.add(stream);
            }
            if (session.dialledHere()) {
                dialling--;
            } else {
                joining--;
            }
        }
        if (late) {
            stream.shut(session.reason());
        } else {
            settle();
        }
    }

    /** Each by its own certificate. */
    void judge() {
        List<LiveStream> now;
        synchronized (this) {
            now = List.copyOf(open);
        }
        now.forEach(LiveStream::judge);
    }

    synchronized void remove(LiveStream stream) {
        open.remove(stream);
    }

    private void settle() {
        List<Wish> granted = new ArrayList<>();
        List<DataStream> streams;
        synchronized (this) {
            streams = List.copyOf(open);
            for (Iterator<Wish> i = wishes.iterator(); i.hasNext(); ) {
                Wish wish = i.next();
                if (streams.size() >= wish.count) {
                    granted.add(wish);
                    i.remove();
                }
            }
        }
        granted.forEach(wish -> wish.answer.complete(List.copyOf(streams.subList(0, wish.count))));
    }

    void close(String reason) {
        List<LiveStream> streams;
        List<Wish> failed;
        synchronized (this) {
            closed = reason;
            streams = List.copyOf(open);
            failed = List.copyOf(wishes);
            open.clear();
            wishes.clear();
        }
        streams.forEach(stream -> stream.shut(reason));
        failed.forEach(wish -> wish.answer.completeExceptionally(new SessionClosedException(reason)));
    }
}
