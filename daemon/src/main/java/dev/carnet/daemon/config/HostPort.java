package dev.carnet.daemon.config;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A name or an address, and a port. Nothing is resolved here.
 *
 * @param host without brackets
 * @param port 0 to 65535; 0 only where the system may choose
 */
public record HostPort(String host, int port) {
    private static final int PORT_MAX = 65_535;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,253}:[0-9]{1,5}");
    private static final Pattern ADDRESS_V6 = Pattern.compile("\\[[0-9A-Za-z:.%_-]{2,64}]:[0-9]{1,5}");

    /** {@code host:port}, an IPv6 address in brackets; empty for anything else. */
    static Optional<HostPort> parse(String text) {
        boolean v6 = ADDRESS_V6.matcher(text).matches();
        if (!v6 && !NAME.matcher(text).matches()) {
            return Optional.empty();
        }
        int colon = text.lastIndexOf(':');
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port > PORT_MAX) {
            return Optional.empty();
        }
        return Optional.of(new HostPort(v6 ? text.substring(1, colon - 1) : text.substring(0, colon), port));
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
