package dev.carnet.client.identity;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What this machine is called and where it can be reached. Asks no name server. */
public final class ThisMachine implements UserSetup.Machine {
    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");
    private static final List<String> NOT_FOR_OTHERS = List.of("docker", "veth", "br-", "virbr", "cni", "flannel");

    /** Host name in lower case; "carnet" where there is none. */
    public static String name() {
        try {
            String name = Files.readString(HOSTNAME).strip().toLowerCase(Locale.ROOT);
            return name.isEmpty() ? "carnet" : name;
        } catch (IOException e) {
            return "carnet";
        }
    }

    /**
     * The host's name where it has a domain; then addresses of interfaces that are up, IPv4 first. Those of loopback only where there is no other, and those of bridges to
     * containers never.
     */
    @Override
    public List<String> hosts() throws SocketException {
        List<String> four = new ArrayList<>();
        List<String> six = new ArrayList<>();
        for (NetworkInterface one : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            if (one.isUp() && !one.isLoopback() && NOT_FOR_OTHERS.stream().noneMatch(one.getName()::startsWith)) {
                for (InetAddress address : Collections.list(one.getInetAddresses())) {
                    boolean far = !address.isLinkLocalAddress() && !address.isLoopbackAddress();
                    if (far && address instanceof Inet6Address) {
                        six.add("[" + address.getHostAddress().replaceFirst("%.*", "") + "]");
                    } else if (far) {
                        four.add(address.getHostAddress());
                    }
                }
            }
        }
        List<String> hosts = new ArrayList<>();
        if (name().matches("[a-z0-9][a-z0-9-]*(\\.[a-z0-9-]+)+")) {
            hosts.add(name());
        }
        hosts.addAll(four);
        hosts.addAll(six);
        return hosts.isEmpty() ? List.of("127.0.0.1") : hosts;
    }
}
