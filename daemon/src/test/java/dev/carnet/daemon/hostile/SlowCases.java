package dev.carnet.daemon.hostile;

import dev.carnet.client.Transfer;
import dev.carnet.daemon.transport.RawPeer;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Peers that let the daemon wait. Each takes as long as the daemon's own limit, so they all run at once, beside the others. */
final class SlowCases {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int TLS_HANDSHAKE_RECORD = 0x16;

    private SlowCases() {}

    static List<Misbehaviour> all() {
        return List.of(
                new Misbehaviour("dialler", "never says Hello", Code.TIMEOUT, SlowCases::noHello),
                new Misbehaviour("dialler", "says Hello with one byte a second", Code.TIMEOUT, SlowCases::slowHello),
                new Misbehaviour(
                        "dialler",
                        "shakes hands with one byte a second",
                        Code.CODE_UNSPECIFIED,
                        SlowCases::slowHandshake),
                new Misbehaviour(
                        "destination",
                        "never reads its stream, and never answers a heartbeat",
                        Code.TIMEOUT,
                        SlowCases::neverReads),
                new Misbehaviour(
                        "source", "sends no chunk before its time to live is over", Code.EXPIRED, SlowCases::expires),
                new Misbehaviour("source, sealed", "never finishes its tree", Code.EXPIRED, SlowCases::halfATree),
                new Misbehaviour(
                        "destination, pulls", "asks, and never accepts the offer", Code.EXPIRED, SlowCases::asksOnly),
                new Misbehaviour(
                        "destination, pulls", "begins, and takes nothing", Code.EXPIRED, SlowCases::takesNothing));
    }

    private static Seen noHello(Besieged site) {
        try (Line line = Line.dial(site, site.trickle)) {
            var _ = line.control.patience(LONGEST);
            return line.verdict();
        }
    }

    private static Seen slowHello(Besieged site) throws Exception {
        try (Line line = Line.dial(site, site.trickle)) {
            var _ = line.control.patience(LONGEST);
            byte[] hello =
                    Line.frame(Control.newBuilder().setHello(line.hello()).build());
            drip(hello, b -> line.control.write(new byte[] {b}));
            return line.verdict();
        }
    }

    private interface Drop {
        void fall(byte b) throws IOException;
    }

    /** A byte a second, until nobody takes them any more or a little longer than the daemon should. */
    private static void drip(byte[] bytes, Drop drop) throws InterruptedException {
        try {
            for (int i = 0; i < 12; i++) {
                drop.fall(bytes[i]);
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (IOException | UncheckedIOException e) {
            // the daemon has hung up: what it said is still to be read
        }
    }

    private static Seen slowHandshake(Besieged site) throws Exception {
        long began = System.nanoTime();
        try (Socket socket =
                new Socket(site.address().getAddress(), site.address().getPort())) {
            socket.setSoTimeout((int) LONGEST.toMillis());
            byte[] record = new byte[600];
            System.arraycopy(new byte[] {TLS_HANDSHAKE_RECORD, 3, 1, 2, 0, 1, 0, 1, 0xf}, 0, record, 0, 9);
            drip(record, b -> {
                socket.getOutputStream().write(b);
                socket.getOutputStream().flush();
            });
            long read;
            try {
                read = socket.getInputStream().readAllBytes().length;
            } catch (java.net.SocketTimeoutException e) {
                throw new AssertionError("it still waits", e);
            } catch (IOException reset) {
                read = 0;
            }
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began);
            return Seen.dropped("closed with " + read + " bytes after " + seconds + " s");
        }
    }

    private static Seen neverReads(Besieged site) throws Exception {
        String id;
        Seen seen;
        try (Line line = Line.open(site, site.silent)) {
            var _ = line.control.patience(LONGEST);
            Taking taking = Taking.begin(line).accepts().begun().holds(h -> h);
            id = taking.id;
            taking.acknowledgesEveryMember();
            RawPeer unread = line.stream();
            seen = line.verdict();
            unread.close();
        }
        site.client().cancel(id);
        var _ = site.await(id, Transfer::finished);
        return seen;
    }

    private static Seen expires(Besieged site) {
        try (Line line = Line.open(site, site.trickle)) {
            var _ = line.control.patience(LONGEST);
            Seen seen = new Push(line).begins().announces().line.verdict();
            if (!seen.text().endsWith("no chunk for 8 s")) { // the time to live, in a unit that fits it
                throw new AssertionError(seen);
            }
            return seen;
        }
    }

    private static Seen halfATree(Besieged site) {
        try (Line line = Line.open(site, site.sluggish)) {
            var _ = line.control.patience(LONGEST);
            return SealedPush.of(line, SealedPush.A).begins().sendsHalfATree().verdict();
        }
    }

    private static Seen asksOnly(Besieged site) {
        try (Line line = Line.open(site, site.idle)) {
            var _ = line.control.patience(LONGEST);
            Taking taking = PullingCases.takes(line, r -> r);
            Seen seen = line.verdict();
            var _ = site.await(taking.id, Transfer::finished);
            return seen;
        }
    }

    private static Seen takesNothing(Besieged site) {
        try (Line line = Line.open(site, site.lazy)) {
            var _ = line.control.patience(LONGEST);
            Taking taking = PullingCases.takes(line, r -> r)
                    .accepts()
                    .begun()
                    .holds(h -> h)
                    .acknowledgesEveryMember();
            Seen seen = line.verdict();
            taking.abortedBy(Code.EXPIRED);
            return seen;
        }
    }
}
