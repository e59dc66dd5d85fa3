package dev.carnet.daemon.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transport.RawPeer;
import dev.carnet.proto.wire.JoinFrame;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Extension;
import dev.carnet.proto.wire.v1.Hello;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Whoever connects, and does not do what SPEC sections 5 and 6 say. */
final class DiallerCases {
    private static final String ROLE = "dialler";

    private final List<Misbehaviour> all = new ArrayList<>();

    private DiallerCases() {}

    static List<Misbehaviour> all() {
        DiallerCases cases = new DiallerCases();
        cases.handshakes();
        cases.hellos();
        cases.sessions();
        cases.joins();
        return cases.all;
    }

    private interface OnLine {
        Seen run(Line line) throws Exception;
    }

    private void add(Code code, String name, Misbehaviour.Act act) {
        all.add(new Misbehaviour(ROLE, name, code, act));
    }

    private void hello(Code code, String name, OnLine act) {
        add(code, name, site -> {
            try (Line line = Line.dial(site, site.mallory)) {
                return act.run(line);
            }
        });
    }

    private void session(Code code, String name, OnLine act) {
        add(code, name, site -> {
            try (Line line = Line.open(site, site.mallory)) {
                return act.run(line);
            }
        });
    }

    private void handshakes() {
        add(Code.CODE_UNSPECIFIED, "speaks plain text", site -> {
            try (Socket socket =
                    new Socket(site.address().getAddress(), site.address().getPort())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
                byte[] said = socket.getInputStream().readAllBytes();
                return Seen.dropped("closed, with " + said.length + " bytes");
            }
        });
        add(
                Code.CODE_UNSPECIFIED,
                "shows no certificate",
                site -> alert(() -> {
                    try (RawPeer peer = RawPeer.connectAnonymously(site.address(), site.mallory.credentials)) {
                        var _ = Line.read(peer.in);
                    }
                }));
        add(Code.UNKNOWN_PEER, "is nobody's peer, with a good certificate", site -> {
            try (Line line = Line.dial(site, site.stranger)) {
                return line.verdict();
            }
        });
    }

    private interface Talk {
        void run() throws Exception;
    }

    private static Seen alert(Talk talk) throws Exception {
        try {
            talk.run();
        } catch (java.io.IOException | UncheckedIOException e) {
            return Seen.dropped("alert " + RawPeer.alertOf(e));
        }
        throw new AssertionError("it was let in");
    }

    private static Seen answers(Line line, Hello.Builder hello) {
        var _ = line.hears(Control.BodyCase.HELLO);
        return line.say(Control.newBuilder().setHello(hello)).verdict();
    }

    private void hellos() {
        hello(
                Code.PROTOCOL,
                "sends an Offer before Hello",
                line -> new Push(line).offers().line.verdict());
        hello(
                Code.IDENTITY,
                "says Hello as another",
                line -> answers(line, line.hello().setSpiffeId("spiffe://honest.example/carnetd")));
        hello(
                Code.VERSION,
                "speaks versions 2 to 3 only",
                line -> answers(line, line.hello().setVersionMin(2).setVersionMax(3)));
        hello(
                Code.PROTOCOL,
                "gives the session an id, though it dialled",
                line -> answers(line, line.hello().setSessionId(ByteString.copyFrom(new byte[16]))));
        hello(
                Code.CRITICAL_EXTENSION,
                "says Hello with a critical extension",
                line -> answers(
                        line,
                        line.hello()
                                .addExtensions(Extension.newBuilder()
                                        .setName("teleport")
                                        .setCritical(true))));
    }

    private void bytes(String name, byte[] bytes) {
        session(Code.PROTOCOL, name, line -> {
            line.control.write(bytes);
            return line.verdict();
        });
    }

    private void sessions() {
        bytes("sends a control frame of length 0", new byte[4]);
        bytes("announces a control frame of 2 GiB", new byte[] {0x7f, -1, -1, -1});
        bytes("sends a control frame that is no message", new byte[] {0, 0, 0, 3, -1, -1, -1});
        bytes("sends a message without a body", new byte[] {0, 0, 0, 3, (byte) 0xfa, 0x01, 0});
        session(
                Code.PROTOCOL,
                "says Hello twice",
                line -> line.say(Control.newBuilder().setHello(line.hello())).verdict());
        add(Code.PROTOCOL, "sends an Offer before LogKnown", site -> {
            try (Line line = Line.greet(site, site.mallory)) {
                return new Push(line).offers().line.verdict();
            }
        });
        add(Code.REPLACED, "opens a second session", site -> {
            try (Line first = Line.open(site, site.mallory);
                    Line second = Line.open(site, site.mallory)) {
                Seen seen = first.verdict();
                var _ = new Push(second).begins().finishes();
                return seen;
            }
        });
    }

    private void joins() {
        session(Code.CODE_UNSPECIFIED, "replays a stream's join frame", line -> {
            RawPeer good = line.dataConnection(line.as.credentials);
            JoinFrame join = line.join(good, line.nextStream());
            good.write(join.encode());
            var _ = Line.joinAnswer(good);
            RawPeer replay = line.dataConnection(line.as.credentials);
            replay.write(join.encode());
            return refused(Line.joinAnswer(replay));
        });
        session(Code.CODE_UNSPECIFIED, "joins with the number of a stream that is there", line -> {
            var _ = line.stream();
            RawPeer second = line.dataConnection(line.as.credentials);
            second.write(line.join(second, 1).encode());
            return refused(Line.joinAnswer(second));
        });
        session(Code.CODE_UNSPECIFIED, "joins another's session, with its own certificate and the stolen key", line -> {
            RawPeer stream = line.dataConnection(line.site.second.credentials);
            stream.write(line.join(stream, 1).encode());
            return refused(Line.joinAnswer(stream));
        });
        session(Code.CODE_UNSPECIFIED, "joins a session that never was", line -> {
            RawPeer stream = line.dataConnection(line.as.credentials);
            stream.write(JoinFrame.make(line.control.joinKey, new byte[16], 1, stream.joinStream)
                    .encode());
            return refused(Line.joinAnswer(stream));
        });
        session(Code.CODE_UNSPECIFIED, "sends chunks behind a join that is not answered yet", line -> {
            RawPeer stream = line.dataConnection(line.as.credentials);
            stream.write(new byte[4096]);
            return refused(Line.joinAnswer(stream));
        });
    }

    private static Seen refused(Seen seen) {
        if (!seen.how().equals("dropped")) {
            throw new AssertionError("it joined");
        }
        return seen;
    }
}
