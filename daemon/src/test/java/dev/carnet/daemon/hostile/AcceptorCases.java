package dev.carnet.daemon.hostile;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.transport.Credentials;
import dev.carnet.daemon.transport.RawPeer;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Extension;
import dev.carnet.proto.wire.v1.Hello;
import dev.carnet.proto.wire.v1.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Whoever is dialled, and is not who it should be or does not speak as it should. */
final class AcceptorCases {
    private static final String ROLE = "acceptor";
    private static final int DIALLED_MILLIS_MAX = 10_000;

    private final List<Misbehaviour> all = new ArrayList<>();

    private AcceptorCases() {}

    static List<Misbehaviour> all() {
        AcceptorCases cases = new AcceptorCases();
        cases.fill();
        return cases.all;
    }

    private interface OnPeer {
        Seen run(RawPeer peer) throws IOException;
    }

    /** The daemon dials; it is met by this. */
    private void met(Code code, String name, java.util.function.Function<Besieged, Credentials> by, OnPeer act) {
        all.add(new Misbehaviour(ROLE, name, code, site -> {
            try (ServerSocket server = new ServerSocket(site.trapPort, 1, InetAddress.getLoopbackAddress())) {
                server.setSoTimeout(DIALLED_MILLIS_MAX);
                try (Socket socket = server.accept();
                        RawPeer peer = RawPeer.accept(socket, by.apply(site))) {
                    return act.run(peer);
                } catch (UncheckedIOException e) {
                    return Seen.dropped("alert " + RawPeer.alertOf(e));
                }
            }
        }));
    }

    private void hello(Code code, String name, UnaryOperator<Hello.Builder> change) {
        met(code, name, site -> site.trap.credentials, peer -> {
            Hello.Builder hello = Hello.newBuilder()
                    .setVersionMin(1)
                    .setVersionMax(1)
                    .setSessionId(ByteString.copyFrom(new byte[16]))
                    .setSpiffeId("spiffe://mallory.example/trap")
                    .setLogOrigin("mallory.example/trap")
                    .setSoftware("mallory 1.0")
                    .setStreamsMax(8);
            peer.write(Line.frame(
                    Control.newBuilder().setHello(change.apply(hello)).build()));
            return Line.verdict(peer);
        });
    }

    private void fill() {
        met(Code.CODE_UNSPECIFIED, "shows the good certificate of another", site -> site.second.credentials, peer -> {
            try {
                var _ = Line.read(peer.in);
            } catch (IOException e) {
                return Seen.dropped("alert " + RawPeer.alertOf(e));
            }
            throw new AssertionError("it went on");
        });
        hello(Code.IDENTITY, "says Hello as another", h -> h.setSpiffeId("spiffe://honest.example/carnetd"));
        hello(Code.VERSION, "speaks version 9 only", h -> h.setVersionMin(9).setVersionMax(9));
        hello(Code.PROTOCOL, "gives the session no id", Hello.Builder::clearSessionId);
        hello(Code.PROTOCOL, "has versions from 2 to 1", h -> h.setVersionMin(2));
        hello(
                Code.CRITICAL_EXTENSION,
                "says Hello with a critical extension",
                h -> h.addExtensions(Extension.newBuilder().setName("teleport").setCritical(true)));
        met(Code.PROTOCOL, "says something else before Hello", site -> site.trap.credentials, peer -> {
            peer.write(Line.frame(Control.newBuilder()
                    .setWaiting(Waiting.newBuilder()
                            .setTransferId(ByteString.copyFrom(new byte[16]))
                            .setState("SEALED"))
                    .build()));
            return Line.verdict(peer);
        });
    }
}
