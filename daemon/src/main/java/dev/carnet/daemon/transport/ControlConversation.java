package dev.carnet.daemon.transport;

import com.google.protobuf.ByteString;
import dev.carnet.proto.wire.Ids;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Extension;
import dev.carnet.proto.wire.v1.Hello;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A control connection (SPEC section 6.1): the Hellos, the acceptor's first, and then the session that comes of them. */
final class ControlConversation implements Conversation {
    private final Hub hub;
    private final Established established;
    private final @Nullable InetSocketAddress dialled;
    private final Consumer<String> ended;
    private final FrameAssembler frames = new FrameAssembler();
    private final byte[] ownId = new byte[Ids.BYTES];
    private final String localId;

    private @Nullable TlsLink link;
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable LiveSession session;
    private @Nullable String reason;
    private @Nullable LiveSession follows;
    private @Nullable ControlDial dial;
    private boolean entered;

    /**
     * @param dialled where we dialled; null where we accepted
     * @param ended told once when the connection is gone
     */
    ControlConversation(
            Hub hub,
            Established established,
            String localId,
            @Nullable InetSocketAddress dialled,
            Consumer<String> ended) {
        this.hub = hub;
        this.established = established;
        this.localId = localId;
        this.dialled = dialled;
        this.ended = ended;
    }

    /** This one is to take a session's place. It does so only if it lives longer: otherwise no certificate has been renewed yet. */
    ControlConversation following(LiveSession session) {
        follows = session;
        return this;
    }

    /** Whether it is still wanted is asked when the peer's Hello is here: before ours there is no session at either end. */
    ControlConversation asking(ControlDial wanting) {
        dial = wanting;
        return this;
    }

    @Override
    public void begin(TlsLink begun) {
        link = begun;
        if (follows != null && !established.until().isAfter(follows.until())) {
            closeLink("no certificate of the two is newer yet");
            return;
        }
        timer = begun.loop()
                .schedule(
                        () -> goodbye(
                                Code.TIMEOUT,
                                "no Hello within " + hub.timeouts().hello().toMillis() + " ms"),
                        hub.timeouts().hello().toMillis(),
                        TimeUnit.MILLISECONDS);
        if (dialled != null) {
            return; // the acceptor speaks first
        }
        if (!hub.newcomers().enter(peerId())) {
            closeLink("it has too many connections that are no session");
            return;
        }
        entered = true;
        var against = hub.against(established, false);
        if (against.isPresent()) {
            goodbye(against.get().code(), against.get().sentence());
            return;
        }
        hub.nextId(ownId);
        write(Messages.hello(hub, ownId, localId));
    }

    @Override
    public void received(byte[] bytes, int offset, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
        while (in.hasRemaining() && reason == null) {
            Control message = frames.next(in);
            if (message != null) {
                handle(PeerText.shown(message));
            }
        }
        if (session != null) {
            session.heard();
        }
    }

    private void handle(Control message) {
        if (session != null) {
            session.incoming(message);
        } else if (message.hasHello()) {
            hello(message.getHello());
        } else if (message.hasGoodbye()) {
            closeLink(Messages.said(peerId(), message.getGoodbye()));
        } else {
            throw new ProtocolException(message.getBodyCase() + " before Hello");
        }
    }

    private void hello(Hello hello) {
        if (!hello.getSpiffeId().equals(peerId())) {
            goodbye(Code.IDENTITY, "the Hello is of " + hello.getSpiffeId() + ", the certificate of " + peerId());
        } else if (hello.getVersionMin() > Messages.VERSION || hello.getVersionMax() < Messages.VERSION) {
            goodbye(
                    Code.VERSION,
                    "no protocol version in common: " + peerId() + " speaks " + hello.getVersionMin() + " to "
                            + hello.getVersionMax() + ", " + localId + " speaks " + Messages.VERSION
                            + ": update the older one");
        } else if (hello.getSessionId().isEmpty() != (dialled == null)) {
            throw new ProtocolException(
                    "Hello " + (dialled == null ? "of a dialler with" : "of an acceptor without") + " a session id");
        } else {
            extensions(hello);
        }
    }

    private void extensions(Hello hello) {
        for (Extension extension : hello.getExtensionsList()) {
            if (extension.getCritical()) {
                goodbye(
                        Code.CRITICAL_EXTENSION,
                        "the extension '" + Sentences.shown(extension.getName()) + "' is not known here");
                return;
            }
        }
        if (dial != null && !dial.wins()) {
            String why = "another connection between " + localId + " and " + peerId() + " was quicker";
            write(Messages.goodbye(Code.REPLACED, why));
            closeLink(why);
            return;
        }
        if (dialled != null) {
            write(Messages.hello(hub, new byte[0], localId, follows == null ? new byte[0] : follows.idBytes()));
        }
        cancelTimer();
        leave();
        ByteString id = dialled == null ? ByteString.copyFrom(ownId) : hello.getSessionId();
        session = new LiveSession(hub, link(), established, localId, hello, id.toByteArray(), dialled);
        session.begin();
    }

    private void write(Control message) {
        byte[] frame = FrameAssembler.frame(message);
        var _ = link().write(frame, 0, frame.length);
        link().flush();
    }

    private void goodbye(Code code, String sentence) {
        if (session != null) {
            session.close(code, sentence);
        } else if (reason == null) {
            hub.refused(peerId(), code, sentence);
            write(Messages.goodbye(code, sentence));
            closeLink(peerId() + " is turned away: " + sentence + " (" + code + ")");
        }
    }

    private void closeLink(String why) {
        reason = why;
        link().close(why);
    }

    @Override
    public void failed(RuntimeException e) {
        if (e instanceof ProtocolException broken) {
            goodbye(broken.code(), String.valueOf(broken.getMessage()));
        } else {
            hub.log().error("a bug in the control connection with {}", peerId(), e);
            goodbye(Code.INTERNAL, "an internal error; the log of " + localId + " says more");
        }
    }

    @Override
    public void closed(String why) {
        cancelTimer();
        leave();
        String known = reason == null ? why : reason;
        if (session != null) {
            session.gone(known);
        } else {
            if (follows == null) {
                hub.table().note(peerId(), known);
            }
            if (dialled == null) {
                hub.log().info("no session with {}: {}", peerId(), known);
            }
        }
        ended.accept(known);
    }

    private void leave() {
        if (entered) {
            entered = false;
            hub.newcomers().leave(peerId());
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private String peerId() {
        return established.facts().spiffeId();
    }

    private TlsLink link() {
        TlsLink begun = link;
        if (begun == null) {
            throw new IllegalStateException("not begun");
        }
        return begun;
    }
}
