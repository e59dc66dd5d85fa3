package dev.carnet.daemon.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.PullRequest;
import dev.carnet.client.Transfer;
import dev.carnet.daemon.transfer.FastDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two sites of which one has a firewall that lets connections out and none in, and both of which dial. Needs root, network namespaces and nftables; without them it is skipped, and says so.
 */
@Timeout(400)
class FirewallTest {
    private static final int MIB = 1 << 20;
    private static final int MEGABITS = 64;
    private static final long WINDOW = 8 * MIB;
    private static final String LIMITS =
            "flush-window-min = \"8MiB\"\nflush-window-max = \"8MiB\"\nflush-interval = \"200ms\"";
    private static final String ESTABLISHED = "01";

    @TempDir(factory = FastDisk.class)
    private Path work;

    private TwoSites sites(Namespaces net) throws IOException {
        TwoSites sites = new TwoSites(work, LIMITS);
        Checkpoints.make(sites.out().resolve("model"), 7, 16 * MIB + 5, 8 * MIB, 4 * MIB, 1, 0);
        Path back = Files.createDirectories(work.resolve("back"));
        sites.append(
                "sender",
                "[[volume]]\nname = \"back\"\npath = \"" + back + "\"\n" + rule("receiver", "back", "pull-from"));
        sites.append("receiver", rule("sender", "in", "pull-by"));
        for (String site : List.of("sender", "receiver")) {
            String other = site.equals("sender") ? "receiver" : "sender";
            sites.write(
                    site,
                    sites.configText(site)
                            .replaceAll("(?m)^(listen|dial|addresses) = .*$", "")
                            .replace(
                                    "[daemon]\n",
                                    "[daemon]\nlisten = \"" + net.address(site) + ":" + Namespaces.PORT + "\"\n")
                            .replace(
                                    "[[peer]]\n",
                                    "[[peer]]\ndial = \"both\"\naddresses = [\"" + net.address(other) + ":"
                                            + Namespaces.PORT + "\"]\n"));
            sites.through(site, net.enter(site));
        }
        return sites;
    }

    private static String rule(String peer, String volume, String allow) {
        return "[[policy]]\nname = \"" + allow + "\"\npeer = \"" + peer + "\"\nvolume = \"" + volume + "\"\nallow = \""
                + allow + "\"\n";
    }

    static List<String> sides() {
        return Draw.of(List.of("sender", "receiver"), 1);
    }

    /** A push and a pull, so that both the side that can dial and the other are once the source and once the destination; each side is killed in each. */
    @ParameterizedTest
    @MethodSource("sides")
    void push_and_pull_go_through_a_firewall_and_survive_kills_of_both_sides(String behind) throws Exception {
        String other = behind.equals("sender") ? "receiver" : "sender";
        try (Namespaces net = Namespaces.make(work);
                TwoSites sites = sites(net)) {
            net.letsNobodyIn(behind);
            net.carries(MEGABITS);
            sites.startBoth();
            assertThat(net.reaches(other, behind)).as("the firewall is one").isFalse();
            assertThat(net.reaches(behind, other)).as("the other way is open").isTrue();
            Path model = sites.out().resolve("model");

            Transfer push = sites.push(model, "model");
            survives(sites, push.id(), other);
            Checkpoints.assertSame(model, sites.in().resolve("model"));

            Transfer pull = sites.sender()
                    .client()
                    .pull(new PullRequest("receiver", "in", "model", "back", "again", List.of(), 0, 0, Map.of()));
            survives(sites, pull.id(), other);
            Checkpoints.assertSame(model, work.resolve("back/again"));

            assertThat(net.inside(behind, "nft list chain inet fw in"))
                    .as("the other side has tried")
                    .doesNotContain("packets 0 ");
        }
    }

    /** Kills first one side, then the other, with SIGKILL. */
    private static void survives(TwoSites sites, String id, String accepting) throws IOException {
        sites.await(sites.sender(), id, transfer -> transfer.bytesDone() >= 4 * MIB);
        assertAllAreAccepted(accepting.equals("sender") ? sites.sender() : sites.receiver());
        sites.sender().kill();
        sites.startSender();
        sites.await(sites.sender(), id, transfer -> transfer.bytesDone() >= 12 * MIB);
        assertAllAreAccepted(accepting.equals("sender") ? sites.sender() : sites.receiver());
        sites.receiver().kill();
        sites.startReceiver();
        Transfer here = sites.awaitEnd(sites.sender(), id);
        Transfer there = sites.awaitEnd(sites.receiver(), id);
        assertThat(here.state()).as(here.toString()).isEqualTo("CLOSED");
        assertThat(there.state()).as(there.toString()).isEqualTo("CLOSED");
        assertThat(Math.max(here.resentBytes(), there.resentBytes())).isLessThanOrEqualTo(2 * WINDOW);
    }

    /** Control connection and streams: the peer opened every one, though it was asked for here where this is the source. */
    private static void assertAllAreAccepted(DaemonProcess daemon) throws IOException {
        List<Integer> ports = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(daemon.pid()), "net", table))) {
                String[] fields = line.strip().split(" +");
                if (fields[3].equals(ESTABLISHED)) {
                    ports.add(HexFormat.fromHexDigits(fields[1].substring(fields[1].indexOf(':') + 1)));
                }
            }
        }
        assertThat(ports)
                .as("a session and a stream at least")
                .hasSizeGreaterThan(1)
                .containsOnly(Namespaces.PORT);
    }
}
