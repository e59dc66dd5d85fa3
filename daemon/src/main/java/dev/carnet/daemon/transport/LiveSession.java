package dev.carnet.daemon.transport;

import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Hello;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A session over its control connection. State changes on that connection's event loop. */
final class LiveSession implements Session {
    private static final Duration RENEWAL_LEAD_MAX = Duration.ofMinutes(5);
    private static final Duration RENEWAL_AGAIN_MIN = Duration.ofMillis(250);

    private final Hub hub;
    private final TlsLink link;
    private final Established established;
    private final String localId;
    private final Hello hello;
    private final byte[] id;
    private final String idHex;
    private final @Nullable InetSocketAddress dialled;
    private final Instant since;
    private final Instant until;
    private final Inbox inbox;
    private final Outbox outbox;
    private final StreamSet streams;

    private @Nullable ScheduledFuture<?> ticker;
    private @Nullable ScheduledFuture<?> renewer;
    private @Nullable ScheduledFuture<?> expirer;
    private boolean heard;
    private long sequence;
    private long pinged;
    private long pingedNanos;
    private CompletableFuture<Duration> ping = new CompletableFuture<>();
    private volatile boolean begun;
    private volatile int missed;
    private volatile @Nullable String ended;

    LiveSession(
            Hub hub,
            TlsLink link,
            Established established,
            String localId,
            Hello hello,
            byte[] id,
            @Nullable InetSocketAddress dialled) {
        this.hub = hub;
        this.link = link;
        this.established = established;
        this.localId = localId;
        this.hello = hello;
        this.id = id;
        this.idHex = HexFormat.of().formatHex(id);
        this.dialled = dialled;
        this.since = hub.clock().instant();
        this.until = established.until();
        this.inbox = new Inbox(hub, this, link);
        this.outbox = new Outbox(link, hub.timeouts().send());
        this.streams = new StreamSet(hub, this, Math.min(hub.spec().streamsMax(), hello.getStreamsMax()));
    }

    /** Settles duplicates, and tells the listener, on the inbox's thread, where this one stays. */
    void begin() {
        SessionTable.Admission admission = hub.table().admit(this);
        if (!admission.admitted()) {
            end(Code.REPLACED, "another connection between " + localId + " and " + peerId() + " stays", true);
            return;
        }
        long millis = hub.timeouts().heartbeat().toMillis();
        ticker = link.loop().scheduleAtFixedRate(this::tick, millis, millis, TimeUnit.MILLISECONDS);
        renewLater(renewal());
        long left = Duration.between(hub.clock().instant(), until).toMillis();
        expirer = link.loop().schedule(this::expire, left + 1, TimeUnit.MILLISECONDS);
        LiveSession replaced = admission.replaced();
        if (replaced != null) {
            replaced.close(Code.REPLACED, "a newer connection between " + localId + " and " + peerId() + " stays");
        }
        inbox.start(admission.before());
        judge(); // it was in no table while trust may have changed
    }

    /** When a third of its life is left, and no more than five minutes. */
    private Duration renewal() {
        Duration life = Duration.between(since, until);
        Duration lead = life.dividedBy(3);
        return life.minus(lead.compareTo(RENEWAL_LEAD_MAX) > 0 ? RENEWAL_LEAD_MAX : lead);
    }

    /** Who dialled renews: it can, and it alone, so that two do not cross. */
    private void renewLater(Duration wait) {
        if (dialled != null) {
            renewer = link.loop().schedule(this::renew, wait.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void renew() {
        InetSocketAddress where = dialled;
        if (ended == null && where != null) {
            hub.renew(this, where, why -> {
                hub.log().debug("the session with {} is not renewed yet: {}", peerId(), why);
                var _ = Loops.execute(link.loop(), () -> {
                    if (ended == null) {
                        Duration left = Duration.between(hub.clock().instant(), until);
                        renewLater(
                                left.dividedBy(4).compareTo(RENEWAL_AGAIN_MIN) < 0
                                        ? RENEWAL_AGAIN_MIN
                                        : left.dividedBy(4));
                    }
                });
            });
        }
    }

    /** Ends it where what is in force now speaks against it. From any thread. */
    void judge() {
        hub.against(established, dialledHere()).ifPresent(why -> close(why.code(), why.sentence()));
    }

    /** What comes first has been said: others may send. */
    void begun() {
        begun = true;
    }

    boolean hasBegun() {
        return begun;
    }

    Instant until() {
        return until;
    }

    /** Any byte of the peer is a sign of life. */
    void heard() {
        heard = true;
    }

    void incoming(Control message) {
        switch (message.getBodyCase()) {
            case HELLO -> throw new ProtocolException("a second Hello");
            case HEARTBEAT ->
                answer(
                        message.getHeartbeat().getSequence(),
                        message.getHeartbeat().getAnswer());
            case GOODBYE -> end(null, Messages.said(peerId(), message.getGoodbye()), false);
            case NEED_STREAMS -> streams.asked(message.getNeedStreams().getStreams());
            default -> inbox.offer(message);
        }
    }

    private void answer(long number, boolean answer) {
        if (answer && number == pinged) {
            ping.complete(Duration.ofNanos(System.nanoTime() - pingedNanos));
        }
        if (!answer && link.writable()) { // who does not read needs no answer
            writeNow(Messages.heartbeat(number, true));
        }
    }

    /** Ends it where its time is over; a clock may be set, so this is looked at more than once. */
    private boolean expire() {
        boolean over = !hub.clock().instant().isBefore(until);
        if (over) {
            close(Code.IDENTITY, "a certificate of this session has ended (" + until + "): renew it");
        }
        return over;
    }

    private void tick() {
        if (expire()) {
            return;
        }
        // While we do not read ourselves, silence says nothing.
        missed = heard || link.held() ? 0 : missed + 1;
        heard = false;
        if (missed >= Timeouts.HEARTBEATS_MISSED_MAX) {
            Duration silence = hub.timeouts().heartbeat().multipliedBy(missed);
            close(Code.TIMEOUT, "nothing was heard of " + peerId() + " for " + silence.toMillis() + " ms");
        } else if (link.writable()) {
            writeNow(Messages.heartbeat(++sequence, false));
        }
    }

    boolean missedHeartbeat() {
        return missed > 0;
    }

    @Override
    public void send(Control message) {
        if (Loops.onLoop()) {
            throw new IllegalStateException(
                    "send() may block and was called on an event loop: call it from a thread of your own");
        }
        String why = ended;
        if (why == null) {
            switch (outbox.send(message)) {
                case QUEUED -> {
                    return;
                }
                case CLOSED -> {}
                case NO_ROOM ->
                    close(
                            Code.TIMEOUT,
                            peerId() + " took no control message for "
                                    + hub.timeouts().send().toMillis() + " ms");
            }
        }
        throw new SessionClosedException("the session with " + peerId() + " has ended: " + reason());
    }

    @Override
    public CompletionStage<List<DataStream>> streams(int count) {
        return streams.want(count);
    }

    @Override
    public CompletionStage<Duration> roundTrip() {
        CompletableFuture<Duration> answer = new CompletableFuture<>();
        if (!Loops.execute(link.loop(), () -> ping(answer))) {
            answer.completeExceptionally(new SessionClosedException("the daemon shuts down"));
        }
        return answer.minimalCompletionStage();
    }

    private void ping(CompletableFuture<Duration> answer) {
        ping.cancel(false);
        ping = answer;
        if (ended != null) {
            answer.completeExceptionally(
                    new SessionClosedException("the session with " + peerId() + " has ended: " + reason()));
            return;
        }
        pinged = ++sequence;
        pingedNanos = System.nanoTime();
        writeNow(Messages.heartbeat(pinged, false));
    }

    @Override
    public void close(Code code, String sentence) {
        if (link.loop().inEventLoop()) {
            end(code, sentence, true);
        } else {
            var _ = Loops.execute(link.loop(), () -> end(code, sentence, true));
        }
    }

    /** The connection is gone. */
    void gone(String reason) {
        end(null, reason, false);
    }

    private void end(@Nullable Code code, String sentence, boolean say) {
        if (ended != null) {
            return;
        }
        String why = code == null ? sentence : sentence + " (" + code + ")";
        hub.table().remove(this, why); // before anybody can see that it has ended: who asks then is told why
        ended = why;
        if (ticker != null) {
            ticker.cancel(false);
        }
        if (renewer != null) {
            renewer.cancel(false);
        }
        if (expirer != null) {
            expirer.cancel(false);
        }
        if (say && code != null) {
            hub.refused(peerId(), code, sentence);
            writeNow(Messages.goodbye(code, sentence));
        }
        link.close(why);
        ping.completeExceptionally(new SessionClosedException(why));
        streams.close(why);
        outbox.close();
        inbox.end(why);
        hub.log().info("the session {} with {} has ended: {}", idHex, peerId(), why);
        hub.sessionEnded(peerId());
    }

    private void writeNow(Control message) {
        byte[] frame = FrameAssembler.frame(message);
        var _ = link.write(frame, 0, frame.length);
        link.flush();
    }

    /** Asks the side that dialled for streams. On the event loop. */
    void ask(int count) {
        if (ended == null) {
            writeNow(Messages.needStreams(count));
        }
    }

    String reason() {
        String why = ended;
        return why == null ? "it closes" : why;
    }

    /** Waits until the listener knows of the end; where that takes longer, it goes on without. */
    void awaitEnd(Duration patience) {
        try {
            inbox.done().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            hub.log().warn("the session with {} does not end: a message of it is still being worked on", peerId());
        }
    }

    /** Completes when the listener knows that this session has ended. */
    CompletableFuture<Void> heardOfEnd() {
        return inbox.done();
    }

    StreamSet streamSet() {
        return streams;
    }

    TlsLink link() {
        return link;
    }

    Established established() {
        return established;
    }

    byte[] idBytes() {
        return id;
    }

    /** Where we dialled; null where we accepted. */
    @Nullable
    InetSocketAddress dialledAddress() {
        return dialled;
    }

    /** The SPIFFE ID of the side that dialled. */
    String diallerId() {
        return dialled == null ? peerId() : localId;
    }

    private String peerId() {
        return established.facts().spiffeId();
    }

    @Override
    public String id() {
        return idHex;
    }

    @Override
    public PeerFacts peer() {
        return established.facts();
    }

    @Override
    public String peerOrigin() {
        return hello.getLogOrigin();
    }

    @Override
    public boolean dialledHere() {
        return dialled != null;
    }

    @Override
    public Instant since() {
        return since;
    }

    @Override
    public boolean open() {
        return ended == null;
    }
}
