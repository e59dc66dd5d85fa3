package dev.carnet.daemon.endtoend;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opentest4j.TestAbortedException;

/** Two network namespaces with a cable between them, for the sites of {@link TwoSites}. A test that cannot have them is skipped, and says what is missing. */
final class Namespaces implements AutoCloseable {
    static final int PORT = 7443;
    private static final Map<String, String> ADDRESSES = Map.of("sender", "10.78.0.1", "receiver", "10.78.0.2");

    private final Path directory;
    private final String name = "cn" + ProcessHandle.current().pid();

    private Namespaces(Path directory) {
        this.directory = directory;
    }

    /** @param directory for scripts to run in */
    static Namespaces make(Path directory) {
        for (String tool : new String[] {"ip", "tc", "nft", "nsenter", "timeout"}) {
            assumeTrue(Shell.can(directory, "command -v " + tool), "skipped: " + tool + " is not installed");
        }
        assumeTrue(Shell.can(directory, "[[ $(id -u) = 0 ]]"), "skipped: only root makes network namespaces");
        Namespaces made = new Namespaces(directory);
        try {
            made.begin();
            return made;
        } catch (AssertionError e) {
            made.close();
            throw new TestAbortedException("skipped: no network namespaces with nftables here", e);
        }
    }

    private void begin() {
        var _ = Shell.run(directory, """
                ip netns add NAME-sender
                ip netns add NAME-receiver
                ip link add NAME-a netns NAME-sender type veth peer name NAME-b netns NAME-receiver
                ip -n NAME-sender address add SENDER/24 dev NAME-a
                ip -n NAME-receiver address add RECEIVER/24 dev NAME-b
                ip -n NAME-sender link set NAME-a up
                ip -n NAME-receiver link set NAME-b up
                for site in sender receiver; do
                  ip -n NAME-$site link set lo up
                  nsenter --net=/run/netns/NAME-$site nft add table inet fw
                  nsenter --net=/run/netns/NAME-$site nft 'add chain inet fw in { type filter hook input priority 0; }'
                done
                """.replace("NAME", name)
                .replace("SENDER", address("sender"))
                .replace("RECEIVER", address("receiver")));
    }

    String address(String site) {
        return ADDRESSES.getOrDefault(site, "");
    }

    /** What a process of that site is started through; it keeps its process id, and sees the same files. */
    List<String> enter(String site) {
        return List.of("nsenter", "--net=/run/netns/" + name + "-" + site);
    }

    /** The firewall of this site lets connections out and none in: the packet that would begin one is dropped without a word. */
    void letsNobodyIn(String site) {
        var _ = inside(site, "nft add rule inet fw in 'tcp flags & (syn | ack) == syn counter drop'");
    }

    /** The line carries so many bits a second, each way. */
    void carries(int megabits) {
        for (String site : ADDRESSES.keySet()) {
            String device = name + (site.equals("sender") ? "-a" : "-b");
            var _ = inside(
                    site, "tc qdisc add dev " + device + " root tbf rate " + megabits + "mbit burst 64k latency 50ms");
        }
    }

    /** Whether a connection from this site to another's port comes to be within a second. */
    boolean reaches(String from, String to) {
        return Shell.can(
                directory,
                String.join(" ", enter(from)) + " timeout 1 bash -c 'exec 3<>/dev/tcp/" + address(to) + "/" + PORT
                        + "'");
    }

    /** Standard output of a command in the namespace of this site. */
    String inside(String site, String command) {
        return Shell.run(directory, String.join(" ", enter(site)) + " " + command);
    }

    @Override
    public void close() {
        var _ = Shell.can(directory, "for s in sender receiver; do ip netns del " + name + "-$s || true; done");
    }
}
