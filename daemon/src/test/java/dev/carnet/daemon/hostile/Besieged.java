package dev.carnet.daemon.hostile;

import dev.carnet.client.ApiException;
import dev.carnet.client.CarnetClient;
import dev.carnet.client.Checkpoint;
import dev.carnet.client.Job;
import dev.carnet.client.PushRequest;
import dev.carnet.client.Transfer;
import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.daemon.endtoend.Checkpoints;
import dev.carnet.daemon.endtoend.DaemonProcess;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real carnetd in a process of its own, with an honest peer (another one) and hostile ones, which this process plays. Volume {@code in} is for the honest
 * peer, {@code small} (with a quota) for the hostile ones, {@code out} is what the daemon itself pushes
 * from, and what they may pull.
 */
final class Besieged implements AutoCloseable {
    static final String VICTIM_ORIGIN = "victim.example/carnetd";
    static final String VICTIM = "spiffe://" + VICTIM_ORIGIN;
    static final String SMALL = "small";
    static final long QUOTA_BYTES = 1 << 28;
    static final int TRANSFERS_MAX = 3;
    private static final String HONEST = "spiffe://honest.example/carnetd";
    private static final int WAIT_SECONDS_MAX = 20;
    private static final int MODEL_BYTES = 6 << 20;

    final Path root;
    final Liar mallory;
    final Liar unbound;
    final Liar second;
    final Liar silent;
    final Liar trickle;
    final Liar sluggish;
    final Liar idle;
    final Liar lazy;
    final Liar auditor;
    final Liar rotating;
    final Liar trap;
    final Liar stranger;
    final int trapPort;
    private final Path sockets;
    private final int port;
    private final DaemonProcess victim;
    private final DaemonProcess honest;
    private @Nullable Line audit;

    Besieged(Path root) throws IOException {
        this.root = root;
        this.sockets = Files.createTempDirectory("cn"); // a socket's path has at most 107 bytes
        this.port = freePort();
        this.trapPort = freePort();
        Identities identities = Identities.system();
        for (String site : List.of("victim", "honest")) {
            Authority ca = identities.makeAuthority(site + ".example", root.resolve(site + "-ca"));
            identities.issue(
                    ca,
                    SpiffeId.parse("spiffe://" + site + ".example/carnetd"),
                    root.resolve(site).resolve("identity"));
        }
        Authority ca = identities.makeAuthority("mallory.example", root.resolve("mallory-ca"));
        mallory = liar(ca, "carnetd");
        unbound = mallory.withOtherKeys(root.resolve("unbound"));
        second = liar(ca, "second");
        silent = liar(ca, "silent");
        trickle = liar(ca, "trickle");
        sluggish = liar(ca, "sluggish");
        idle = liar(ca, "idle");
        lazy = liar(ca, "lazy");
        auditor = liar(ca, "auditor");
        rotating = liar(ca, "rotating");
        trap = liar(ca, "trap");
        stranger = liar(ca, "stranger");
        for (String folder : List.of("in", "small", "denied", "out", "models")) {
            Files.createDirectories(root.resolve(folder));
        }
        Checkpoints.make(root.resolve("models/model"), 11, MODEL_BYTES);
        Checkpoints.make(root.resolve("out/model"), 12, 3 << 20, 5 << 20);
        Checkpoints.make(root.resolve("out/sealed"), 13, 1 << 20, 5 << 20);
        Files.writeString(config("victim"), victimConfig());
        Files.writeString(config("honest"), honestConfig());
        DaemonProcess one = launch("victim");
        DaemonProcess other = launch("honest");
        victim = one.awaitApi();
        honest = other.awaitApi();
        seal("sealed");
    }

    private void seal(String name) {
        Job job = client().seal(root.resolve("out").resolve(name).toString());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        while (!client().again(job).ok()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not sealed: " + client().again(job));
            }
            DaemonProcess.pause();
        }
    }

    private Liar liar(Authority ca, String name) throws IOException {
        return new Liar(
                ca, "spiffe://mallory.example/" + name, root.resolve("mallory").resolve(name));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Path config(String site) {
        return root.resolve(site).resolve("carnetd.toml");
    }

    private DaemonProcess launch(String site) {
        // the log as people get it, not as other tests do
        return DaemonProcess.launch(config(site), socket(site), log(site), List.of());
    }

    private Path socket(String site) {
        return sockets.resolve(site.substring(0, 1)).resolve("s");
    }

    private Path log(String site) {
        return root.resolve(site).resolve("log");
    }

    /** The hostile peers that the daemon knows, but for the one that it dials. */
    List<Liar> configured() {
        List<Liar> all = new ArrayList<>(List.of(mallory, second, auditor, rotating));
        all.addAll(slow());
        return all;
    }

    /** Each waits for one of the daemon's limits, beside the others; all have sessions of their own. */
    List<Liar> slow() {
        return List.of(silent, trickle, sluggish, idle, lazy);
    }

    private String victimConfig() {
        StringBuilder text = new StringBuilder(head("victim", "listen = \"127.0.0.1:" + port + "\""));
        text.append(volume("in", "")).append(volume(SMALL, "quota = \"256MiB\"\n"));
        text.append(volume("denied", "")).append(volume("out", ""));
        text.append(peer("honest", HONEST, "dial = \"accept\""));
        text.append(rule("honest", "in", "push-from"));
        for (Liar liar : configured()) {
            String alias = liar.id.substring(liar.id.lastIndexOf('/') + 1);
            text.append(peer(alias, liar.id, "dial = \"accept\""));
            text.append(rule(alias, SMALL, "push-from")).append(rule(alias, "out", "push-to"));
            text.append(rule(alias, SMALL, "pull-from")).append(rule(alias, "out", "pull-by"));
        }
        text.append(peer("trap", trap.id, "dial = \"dial\"\naddresses = [\"127.0.0.1:" + trapPort + "\"]"));
        return text + """
                [limits]
                streams = 1
                begin-timeout = "2s"
                flush-interval = "50ms"
                staging-ttl = "8s"
                transfers-per-peer = %d
                """.formatted(TRANSFERS_MAX);
    }

    private String honestConfig() {
        return head("honest", "")
                + volume("models", "")
                + peer("victim", VICTIM, "dial = \"dial\"\naddresses = [\"127.0.0.1:" + port + "\"]")
                + rule("victim", "models", "push-to");
    }

    private String head(String site, String listen) {
        return """
                [daemon]
                state = "%s"
                socket = "%s"
                %s
                [identity]
                certificate = "%s"
                key = "%s"
                [identity.trust]
                "victim.example" = "%s"
                "honest.example" = "%s"
                "mallory.example" = "%s"
                """.formatted(
                        root.resolve(site).resolve("state"),
                        socket(site),
                        listen,
                        root.resolve(site).resolve("identity").resolve(Identities.CERTIFICATE),
                        root.resolve(site).resolve("identity").resolve(Identities.KEY),
                        root.resolve("victim-ca").resolve(Identities.CA_CERTIFICATE),
                        root.resolve("honest-ca").resolve(Identities.CA_CERTIFICATE),
                        root.resolve("mallory-ca").resolve(Identities.CA_CERTIFICATE));
    }

    private String volume(String name, String more) {
        return "[[volume]]\nname = \"" + name + "\"\npath = \"" + root.resolve(name) + "\"\n" + more;
    }

    private static String peer(String alias, String id, String dial) {
        return "[[peer]]\nalias = \"" + alias + "\"\nid = \"" + id + "\"\n" + dial + "\n";
    }

    private static String rule(String peer, String volume, String allow) {
        return "[[policy]]\nname = \"" + peer + "-" + volume + "-" + allow + "\"\npeer = \"" + peer + "\"\nvolume = \""
                + volume + "\"\nallow = [\"" + allow + "\"]\n";
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    CarnetClient client() {
        return victim.client();
    }

    boolean alive() {
        return victim.alive();
    }

    String log() {
        return victim.log();
    }

    // ---- transfers

    /** The daemon pushes to a hostile peer, which has a session. */
    String pushTo(String alias, String name) {
        return client().push(new PushRequest(root.resolve("out/model").toString(), alias, "v", name, false, 0, 1))
                .id();
    }

    /** One honest push from its beginning to its end, at this rate; fails if it was disturbed. */
    Transfer honestPush(String name, long bytesPerSecondMax) {
        Path model = root.resolve("models/model");
        String id = honest.client()
                .push(new PushRequest(model.toString(), "victim", "in", name, false, bytesPerSecondMax, 2))
                .id();
        Transfer ended = await(honest.client(), id, Transfer::finished, 60);
        Checkpoints.assertSame(model, root.resolve("in").resolve(name));
        return ended;
    }

    Transfer await(String id, Predicate<Transfer> wanted) {
        return await(client(), id, wanted, WAIT_SECONDS_MAX);
    }

    private static Transfer await(CarnetClient client, String id, Predicate<Transfer> wanted, int seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Transfer last = null;
        while (System.nanoTime() < deadline) {
            try {
                last = client.transfer(id);
                if (wanted.test(last)) {
                    return last;
                }
            } catch (ApiException e) {
                if (!e.code().equals("UNKNOWN_TRANSFER")) {
                    throw e;
                }
            }
            DaemonProcess.pause();
        }
        throw new AssertionError("not in " + seconds + " s: " + last);
    }

    /** Newest first. */
    List<Transfer> transfersOf(Liar liar) {
        return client().transfers(1_000).stream()
                .filter(transfer -> transfer.peer().equals(liar.id))
                .toList();
    }

    List<Transfer> unfinished(Liar... liars) {
        return Stream.of(liars)
                .flatMap(liar -> transfersOf(liar).stream())
                .filter(transfer -> !transfer.finished())
                .toList();
    }

    /** As their operator: everything of these peers that has not come to an end. */
    void cancelUnfinished(Liar... liars) {
        unfinished(liars).forEach(transfer -> client().cancel(transfer.id()));
        for (Transfer transfer : unfinished(liars)) {
            var _ = await(transfer.id(), Transfer::finished);
        }
    }

    // ---- what may be left

    /** Somebody who may push, with one session for all the times; a new one where the old one has ended. */
    void auditor(Consumer<Line> act) {
        Line line = audit == null ? Line.open(this, auditor) : audit;
        boolean first = audit == null;
        audit = line;
        try {
            act.accept(line);
        } catch (UncheckedIOException ended) {
            dismissAuditor();
            if (first) {
                throw ended;
            }
            auditor(act);
        }
    }

    void dismissAuditor() {
        Line line = audit;
        audit = null;
        if (line != null) {
            line.close();
        }
    }

    /** Directories of staging in a volume. */
    List<Path> staging(String volume) {
        Path staging = root.resolve(volume).resolve(".carnet/staging");
        if (!Files.exists(staging)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(staging)) {
            return all.toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Bytes of what the hostile peers have published, rightly. */
    long publishedBytes() {
        return client().checkpoints(SMALL, "", 1_000).stream()
                .mapToLong(Checkpoint::logicalBytes)
                .sum();
    }

    /** What the descriptors of the daemon point to. */
    List<String> descriptors() {
        try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(victim.pid()), "fd"))) {
            return all.map(Besieged::target).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "gone";
        }
    }

    long sockets() {
        return descriptors().stream()
                .filter(target -> target.startsWith("socket:"))
                .count();
    }

    /** The most memory that the daemon ever had, in MiB. */
    long peakMebibytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(victim.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        victim.close();
        honest.close();
        for (Liar liar : List.of(
                mallory, unbound, second, silent, trickle, sluggish, idle, lazy, auditor, rotating, trap, stranger)) {
            liar.close();
        }
    }
}
