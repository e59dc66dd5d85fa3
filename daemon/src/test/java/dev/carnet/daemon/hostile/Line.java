package dev.carnet.daemon.hostile;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transport.Credentials;
import dev.carnet.daemon.transport.RawPeer;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.JoinFrame;
import dev.carnet.proto.wire.v1.Aborted;
import dev.carnet.proto.wire.v1.Cancel;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Hello;
import dev.carnet.proto.wire.v1.LogKnown;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A control connection and its streams, whose every byte a misbehaviour chooses. It checks no form: not what it says, and not what it hears. */
final class Line implements AutoCloseable {
    static final String CONTROL = "carnet-ctl/1";
    static final String DATA = "carnet-data/1";
    /** Not what is waited for, and no surprise; a Request or Offer comes twice where a session comes up while it is asked for. */
    private static final Set<Control.BodyCase> CHATTER = EnumSet.of(
            Control.BodyCase.HEARTBEAT,
            Control.BodyCase.REQUEST,
            Control.BodyCase.OFFER,
            Control.BodyCase.ACK,
            Control.BodyCase.WAITING,
            Control.BodyCase.FILE_PAGE_ACK,
            Control.BodyCase.BLOB_PAGE,
            Control.BodyCase.FILE_SEALS,
            Control.BodyCase.NEED_STREAMS,
            Control.BodyCase.LOG_KNOWN,
            Control.BodyCase.LOG_GROWN);

    final Besieged site;
    final Liar as;
    final RawPeer control;
    ByteString session = ByteString.EMPTY;
    private final List<RawPeer> streams = new ArrayList<>();
    private int streamNumber;

    private Line(Besieged site, Liar as, RawPeer control) {
        this.site = site;
        this.as = as;
        this.control = control;
    }

    /** Dials, and says nothing yet. */
    static Line dial(Besieged site, Liar as) {
        return new Line(site, as, RawPeer.connect(site.address(), as.credentials, CONTROL));
    }

    /** Dials, and has a session in which it may say anything. */
    static Line open(Besieged site, Liar as) {
        Line line = greet(site, as);
        return line.say(Control.newBuilder().setLogKnown(LogKnown.newBuilder().setKeys(as.evidence())));
    }

    /** Dials, and has a session in which it has said nothing but Hello. */
    static Line greet(Besieged site, Liar as) {
        Line line = dial(site, as);
        line.session = line.hears(Control.BodyCase.HELLO).getHello().getSessionId();
        line.say(Control.newBuilder().setHello(line.hello()));
        return line;
    }

    Hello.Builder hello() {
        return Hello.newBuilder()
                .setVersionMin(1)
                .setVersionMax(1)
                .setSpiffeId(as.id)
                .setLogOrigin(as.origin())
                .setSoftware("mallory 1.0")
                .setStreamsMax(8);
    }

    Line say(Control.Builder message) {
        control.write(frame(message.build()));
        return this;
    }

    /** Without any look at its form. */
    static byte[] frame(Control message) {
        byte[] body = message.toByteArray();
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    static Control read(DataInputStream in) throws IOException {
        byte[] body = new byte[in.readInt()];
        in.readFully(body);
        return Control.parseFrom(body);
    }

    /** The next message that is no chatter; it must be one of these. */
    Control hears(Control.BodyCase first, Control.BodyCase... others) {
        EnumSet<Control.BodyCase> wanted = EnumSet.of(first, others);
        while (true) {
            Control next;
            try {
                next = read(control.in);
            } catch (IOException e) {
                throw new UncheckedIOException("waited for " + wanted + ": " + e, e);
            }
            if (wanted.contains(next.getBodyCase())) {
                return next;
            }
            if (next.hasHeartbeat() && !next.getHeartbeat().getAnswer()) {
                say(Control.newBuilder()
                        .setHeartbeat(next.getHeartbeat().toBuilder().setAnswer(true)));
            } else if (next.hasCancel()) { // of an earlier transfer, whose answer it has not had
                saysAborted(next.getCancel().getTransferId(), next.getCancel().getCode());
            } else if (!CHATTER.contains(next.getBodyCase())) {
                throw new AssertionError("waited for " + wanted + " and heard " + next);
            }
        }
    }

    /** The last word: a refusal of any kind, or that the connection went without one. */
    Seen verdict() {
        return verdict(control);
    }

    static Seen verdict(RawPeer peer) {
        try {
            while (true) {
                Control next = read(peer.in);
                if (next.hasCancel() && next.getCancel().getCode() == Code.CANCELLED) {
                    // by the operator, of an earlier transfer, whose answer it has not had
                    peer.write(frame(aborted(next.getCancel().getTransferId(), Code.CANCELLED)
                            .build()));
                } else if (Seen.isLast(next)) {
                    return Seen.of(next);
                }
            }
        } catch (InterruptedIOException e) {
            throw new AssertionError("no verdict came", e);
        } catch (EOFException e) {
            return Seen.dropped("the connection was closed");
        } catch (IOException e) {
            return Seen.dropped(String.valueOf(e.getMessage()));
        }
    }

    /** Whether a Cancel comes in this time. */
    boolean heardCancelWithin(int millis) {
        var _ = control.patience(java.time.Duration.ofMillis(millis));
        try {
            while (!read(control.in).hasCancel()) {
                // whatever else there is to say
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    void saysAborted(ByteString transfer, Code code) {
        say(aborted(transfer, code));
    }

    private static Control.Builder aborted(ByteString transfer, Code code) {
        return Control.newBuilder()
                .setAborted(Aborted.newBuilder()
                        .setTransferId(transfer)
                        .setCode(code)
                        .setSentence("as you like"));
    }

    void cancels(ByteString transfer) {
        say(Control.newBuilder()
                .setCancel(Cancel.newBuilder()
                        .setTransferId(transfer)
                        .setCode(Code.CANCELLED)
                        .setSentence("no more")));
    }

    // ---- streams

    RawPeer dataConnection(Credentials own) throws IOException {
        RawPeer stream = RawPeer.connect(site.address(), own, DATA);
        streams.add(stream);
        byte[] greeting = new byte[4];
        stream.in.readFully(greeting);
        return stream;
    }

    int nextStream() {
        return ++streamNumber;
    }

    /** A stream that has joined. */
    RawPeer stream() throws IOException {
        RawPeer stream = dataConnection(as.credentials);
        stream.write(join(stream, nextStream()).encode());
        if (stream.in.readByte() != 1) {
            throw new AssertionError("the join was refused");
        }
        return stream;
    }

    JoinFrame join(RawPeer stream, int number) {
        return JoinFrame.make(control.joinKey, session.toByteArray(), number, stream.joinStream);
    }

    /** What a refused join is told. */
    static Seen joinAnswer(RawPeer stream) throws IOException {
        if (stream.in.readByte() == 1) {
            return Seen.nothing("joined");
        }
        byte[] text = new byte[stream.in.readUnsignedShort()];
        stream.in.readFully(text);
        return Seen.dropped("join refused: " + new String(text, StandardCharsets.UTF_8));
    }

    /** Sends a frame on a stream of its own, whatever its header says. */
    void chunk(ChunkHeader header, byte[] wire) throws IOException {
        RawPeer stream = streams.isEmpty() ? stream() : streams.getFirst();
        ByteBuffer frame = ByteBuffer.allocate(ChunkHeader.BYTES + wire.length);
        header.write(frame);
        stream.write(frame.put(wire).array());
    }

    @Override
    public void close() {
        streams.forEach(RawPeer::close);
        control.close();
    }
}
