package dev.carnet.daemon.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The places of connections that have not authenticated yet, and who gives up one when all are taken: the oldest of the address that holds the most. So who fills the places
 * pushes out its own. An address from which a configured peer has come before may hold a session's streams beside: they are all made at once. Where only such hold places,
 * who has held one for two seconds goes. Used by one thread.
 *
 * @param <C> a connection
 */
final class Places<C> {
    /** Connections of a known address that do not count: as many as a session has streams. */
    static final int SPARED = 64;

    static final long PATIENCE_NANOS = 2_000_000_000L;

    private static final int KNOWN_MAX = 1_024;
    /** Bytes of an IPv6 address that one site has to itself. */
    private static final int PREFIX_BYTES = 8;

    private record Place(String site, long sinceNanos) {}

    private final int max;
    private final Map<C, Place> taken = new LinkedHashMap<>(); // in the order of coming
    private final LinkedHashSet<String> known = new LinkedHashSet<>();
    private @Nullable C newest;
    private @Nullable C leaving;

    Places(int max) {
        this.max = max;
    }

    /** Whether nobody more may come. */
    boolean full() {
        return taken.size() >= max;
    }

    void came(C connection, InetAddress from, long nowNanos) {
        taken.put(connection, new Place(site(from), nowNanos));
        newest = connection;
    }

    /** It has authenticated, or is gone. */
    void left(C connection) {
        taken.remove(connection);
        if (connection.equals(leaving)) {
            leaving = null;
        }
    }

    /** Who has to go, so that there is room for one more: nobody while there is, or while another is on his way out, or where none has held his place for long enough. */
    Optional<C> victim(long nowNanos) {
        if (!full() || leaving != null) {
            return Optional.empty();
        }
        Map<String, Integer> shares = new HashMap<>();
        taken.values().forEach(place -> shares.merge(place.site(), 1, Integer::sum));
        known.forEach(site -> shares.computeIfPresent(site, (_, count) -> count - SPARED));
        C victim = null;
        int most = 0;
        for (Map.Entry<C, Place> one : taken.entrySet()) {
            int share = shares.getOrDefault(one.getValue().site(), 0);
            if (share > most && !one.getKey().equals(newest)) {
                victim = one.getKey();
                most = share;
            }
        }
        if (victim == null) {
            victim = taken.entrySet().stream()
                    .filter(one -> nowNanos - one.getValue().sinceNanos() > PATIENCE_NANOS)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(null);
        }
        leaving = victim;
        return Optional.ofNullable(victim);
    }

    /** A configured peer has come from there. */
    void know(InetAddress from) {
        String site = site(from);
        known.remove(site);
        known.add(site);
        if (known.size() > KNOWN_MAX) {
            known.removeFirst();
        }
    }

    private static String site(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, PREFIX_BYTES) : bytes);
    }
}
