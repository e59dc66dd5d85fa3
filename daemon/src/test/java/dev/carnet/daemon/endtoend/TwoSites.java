package dev.carnet.daemon.endtoend;

import dev.carnet.client.ApiException;
import dev.carnet.client.PushRequest;
import dev.carnet.client.Transfer;
import dev.carnet.client.identity.Authority;
import dev.carnet.client.identity.Identities;
import dev.carnet.proto.identity.SpiffeId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Two sites with a CA each, that trust each other: the sender has a volume {@code out} and dials, the receiver has a volume {@code in}. Everything lies below
 * one directory.
 */
final class TwoSites implements AutoCloseable {
    static final String SENDER = "spiffe://sender.example/carnetd";
    static final String RECEIVER = "spiffe://receiver.example/carnetd";
    private static final long WAIT_SECONDS_MAX = 120;

    final Path root;
    final int port;
    private final Path sockets;
    private DaemonProcess sender;
    private DaemonProcess receiver;
    private final Map<String, List<String>> through = new HashMap<>();

    /** Makes identities, volumes and configurations; starts nothing. {@code limits} is text for both {@code [limits]} tables. */
    TwoSites(Path root, String limits) {
        this.root = root;
        try {
            this.port = freePort();
            // a socket's path has at most 107 bytes, and a test's directory can be longer
            this.sockets = Files.createTempDirectory("cn");
            identities();
            Files.createDirectories(out());
            Files.createDirectories(in());
            write(
                    "sender",
                    config(
                            "sender",
                            "out",
                            out(),
                            "receiver",
                            RECEIVER,
                            "dial = \"dial\"\naddresses = [\"127.0.0.1:" + port + "\"]",
                            "push-to",
                            "",
                            limits));
            write(
                    "receiver",
                    config(
                            "receiver",
                            "in",
                            in(),
                            "sender",
                            SENDER,
                            "dial = \"accept\"",
                            "push-from",
                            "listen = \"127.0.0.1:" + port + "\"",
                            limits));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void identities() throws IOException {
        Identities identities = Identities.system();
        for (String site : List.of("sender", "receiver")) {
            Authority ca = identities.makeAuthority(site + ".example", root.resolve(site + "-ca"));
            identities.issue(
                    ca,
                    SpiffeId.parse("spiffe://" + site + ".example/carnetd"),
                    folder(site).resolve("identity"));
        }
        for (String site : List.of("sender", "receiver")) {
            for (String other : List.of("sender", "receiver")) {
                Files.copy(
                        root.resolve(other + "-ca").resolve(Identities.CA_CERTIFICATE),
                        folder(site).resolve("trust-" + other + ".pem"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private String config(
            String site,
            String volume,
            Path path,
            String peer,
            String peerId,
            String dial,
            String allow,
            String listen,
            String limits) {
        Path folder = folder(site);
        return """
                [daemon]
                state = "%s"
                socket = "%s"
                %s
                [identity]
                certificate = "%s"
                key = "%s"
                [identity.trust]
                "sender.example" = "%s"
                "receiver.example" = "%s"
                [[volume]]
                name = "%s"
                path = "%s"
                [[peer]]
                alias = "%s"
                id = "%s"
                %s
                [[policy]]
                name = "test"
                peer = "%s"
                volume = "%s"
                allow = ["%s"]
                [limits]
                %s
                """.formatted(
                        folder.resolve("state"),
                        socket(site),
                        listen,
                        folder.resolve("identity").resolve(Identities.CERTIFICATE),
                        folder.resolve("identity").resolve(Identities.KEY),
                        folder.resolve("trust-sender.pem"),
                        folder.resolve("trust-receiver.pem"),
                        volume,
                        path,
                        peer,
                        peerId,
                        dial,
                        peer,
                        volume,
                        allow,
                        limits);
    }

    void write(String site, String config) throws IOException {
        Files.createDirectories(folder(site));
        Files.writeString(configOf(site), config);
    }

    String configText(String site) {
        try {
            return Files.readString(configOf(site));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path configOf(String site) {
        return folder(site).resolve("carnetd.toml");
    }

    Path folder(String site) {
        return root.resolve(site);
    }

    Path out() {
        return root.resolve("out");
    }

    Path in() {
        return root.resolve("in");
    }

    Path socket(String site) {
        return sockets.resolve(site.substring(0, 1)).resolve("s");
    }

    /** From now on the daemon of this site is started through a command that becomes it, such as nsenter. */
    void through(String site, List<String> command) {
        through.put(site, command);
    }

    DaemonProcess launch(String site, String... properties) {
        return DaemonProcess.launch(
                through.getOrDefault(site, List.of()),
                configOf(site),
                socket(site),
                folder(site).resolve("log"),
                Arrays.asList(properties),
                "C.UTF-8",
                List.of("--allow-root"));
    }

    /** As {@link #launch}, in another locale and with exactly these arguments. */
    DaemonProcess launch(String site, String locale, List<String> arguments) {
        return DaemonProcess.launch(
                configOf(site), socket(site), folder(site).resolve("log"), List.of(), locale, arguments);
    }

    /** Both, as they would run where nobody has set a locale and no launcher sets one. */
    void startBothIn(String locale) {
        receiver = launch("receiver", locale, List.of("--allow-root"));
        sender = launch("sender", locale, List.of("--allow-root"));
        var _ = receiver.awaitApi();
        var _ = sender.awaitApi();
    }

    /** Both at once. */
    void startBoth(String... properties) {
        receiver = launch("receiver", properties);
        sender = launch("sender", properties);
        var _ = receiver.awaitApi();
        var _ = sender.awaitApi();
    }

    /** Adds tables to a configuration. */
    void append(String site, String tables) {
        try {
            write(site, configText(site) + tables);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DaemonProcess startSender(String... properties) {
        sender = launch("sender", properties).awaitApi();
        return sender;
    }

    DaemonProcess startReceiver(String... properties) {
        receiver = launch("receiver", properties).awaitApi();
        return receiver;
    }

    DaemonProcess sender() {
        return sender;
    }

    DaemonProcess receiver() {
        return receiver;
    }

    Transfer push(Path source, String name) {
        return push(source, name, 0);
    }

    Transfer push(Path source, String name, long bytesPerSecondMax) {
        return sender.client()
                .push(new PushRequest(source.toString(), "receiver", "in", name, false, bytesPerSecondMax, 0));
    }

    /** Waits for a transfer of the sender to be as wanted. A daemon that is down is waited for. */
    Transfer await(DaemonProcess daemon, String id, Predicate<Transfer> wanted) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS_MAX);
        Transfer last = null;
        while (System.nanoTime() < deadline) {
            try {
                last = daemon.client().transfer(id);
                if (wanted.test(last)) {
                    return last;
                }
            } catch (ApiException e) {
                if (!e.code().equals(ApiException.UNREACHABLE) && !e.code().equals("UNKNOWN_TRANSFER")) {
                    throw e;
                }
            }
            DaemonProcess.pause();
        }
        throw new AssertionError("not in " + WAIT_SECONDS_MAX + " s; last seen: " + last + "\nsender:\n" + tail(sender)
                + "\nreceiver:\n" + tail(receiver));
    }

    private static String tail(DaemonProcess daemon) {
        if (daemon == null) {
            return "-";
        }
        List<String> lines = daemon.log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }

    Transfer awaitEnd(DaemonProcess daemon, String id) {
        return await(daemon, id, Transfer::finished);
    }

    @Override
    public void close() {
        if (sender != null) {
            sender.close();
        }
        if (receiver != null) {
            receiver.close();
        }
    }
}
