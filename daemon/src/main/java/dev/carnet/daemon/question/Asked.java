package dev.carnet.daemon.question;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.Waiting;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A question of ours that a peer has not answered yet. Bounded, whatever the peer sends. */
final class Asked implements AutoCloseable {
    private static final int ANSWERS_MAX = 4;
    private static final Duration VERIFY_MAX = Duration.ofDays(2);

    private final Asking asking;
    private final String peer;
    private final String session;
    private final Kind kind;
    private final Control question;
    private final ByteString id;
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>(ANSWERS_MAX);
    private final long begun = System.nanoTime();
    private volatile long heard = begun;
    private volatile String waiting = "";
    private volatile boolean cancelled;

    /**
     * What came.
     *
     * @param lost why there will be none
     */
    private record Answer(Optional<Control> message, String lost) {}

    /** @param session id of the one in which it is asked first */
    Asked(Asking asking, String peer, String session, Kind kind, ByteString id, Control question) {
        this.asking = asking;
        this.peer = peer;
        this.session = session;
        this.kind = kind;
        this.id = id;
        this.question = question;
    }

    String peer() {
        return peer;
    }

    String session() {
        return session;
    }

    Kind kind() {
        return kind;
    }

    ByteString id() {
        return id;
    }

    Control question() {
        return question;
    }

    /** What the peer does meanwhile, a sentence; empty where it has said nothing. */
    String waiting() {
        return waiting;
    }

    /** Only a verification may take as long as the disk behind it: whoever waits for another answer waits with a thread. */
    void told(Waiting message) {
        if (kind == Kind.VERIFY && System.nanoTime() - begun < VERIFY_MAX.toNanos()) {
            heard = System.nanoTime();
        }
        waiting = Sentences.shown(message.getSentence());
    }

    /** We have said something, and the peer's time begins anew. */
    void said() {
        heard = System.nanoTime();
    }

    /** More than a bounded number is nothing that anybody waits for. */
    void answered(Control message) {
        heard = System.nanoTime();
        boolean _ = answers.offer(new Answer(Optional.of(message), ""));
    }

    /** Nobody here waits for it any more. */
    void cancel() {
        cancelled = true;
        lost("cancelled"); // which wakes who waits
    }

    void lost(String why) {
        boolean _ = answers.offer(new Answer(Optional.empty(), why));
    }

    /**
     * Waits for the next answer of this kind.
     *
     * @param silenceMax without a word of the peer about this question
     * @throws TransferException as the peer refused; TIMEOUT; PROTOCOL where it answered another thing
     */
    Control await(Control.BodyCase wanted, Duration silenceMax) {
        try {
            while (true) {
                long left = heard + silenceMax.toNanos() - System.nanoTime();
                Answer answer = answers.poll(Math.max(1, left), TimeUnit.NANOSECONDS);
                if (answer != null) {
                    return checked(answer, wanted);
                }
                if (heard + silenceMax.toNanos() - System.nanoTime() <= 0) {
                    throw new TransferException(
                            Code.TIMEOUT,
                            peer + " has not answered within " + silenceMax.toSeconds()
                                    + " s: look at its log, and ask again");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TransferException(Code.SHUTTING_DOWN, "the daemon stops", e);
        }
    }

    private Control checked(Answer answer, Control.BodyCase wanted) {
        if (cancelled && answer.message().isEmpty()) {
            throw new TransferException(Code.CANCELLED, "cancelled here; " + peer + " may go on reading");
        }
        if (answer.message().isEmpty()) {
            throw new TransferException(
                    Code.TIMEOUT, "the session with " + peer + " ended before the answer: " + answer.lost());
        }
        Control message = answer.message().get();
        if (message.hasRefuse()) {
            Refuse refuse = message.getRefuse();
            throw new TransferException(refuse.getCode(), peer + " refuses: " + Sentences.shown(refuse.getSentence()));
        }
        if (message.getBodyCase() != wanted) {
            throw new TransferException(
                    Code.PROTOCOL, peer + " answered with " + message.getBodyCase() + " where " + wanted + " was due");
        }
        return message;
    }

    @Override
    public void close() {
        asking.done(this);
    }
}
