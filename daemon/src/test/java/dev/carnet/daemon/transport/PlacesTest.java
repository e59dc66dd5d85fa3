package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who gives up a place when all are taken. A connection is a number here. */
class PlacesTest {
    private static final int MAX = 100;
    private static final long LATER = Places.PATIENCE_NANOS + 1;

    private final Places<Integer> places = new Places<>(MAX);
    private int last;

    private static InetAddress ip(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** Comes, and makes whoever has to go leave at once. */
    private Optional<Integer> comes(String from) {
        places.came(++last, ip(from), 0);
        Optional<Integer> victim = places.victim(0);
        victim.ifPresent(places::left);
        return victim;
    }

    private void come(int count, String from) {
        for (int i = 0; i < count; i++) {
            assertThat(comes(from)).isEmpty();
        }
    }

    @Test
    void nobody_goes_while_there_is_room() {
        come(MAX - 1, "192.0.2.1");
        assertThat(places.full()).isFalse();
    }

    @Test
    void who_fills_the_places_pushes_out_its_own_oldest() {
        come(1, "192.0.2.7"); // the oldest of all
        come(MAX - 2, "192.0.2.1");
        for (int i = 0; i < 10 * MAX; i++) {
            assertThat(comes("192.0.2.1")).contains(2 + i);
        }
    }

    @Test
    void of_many_addresses_with_one_place_each_the_oldest_goes_and_never_the_newest() {
        for (int i = 1; i < MAX; i++) {
            come(1, "192.0.2." + i);
        }
        assertThat(comes("198.51.100.1")).contains(1);
        assertThat(comes("198.51.100.2")).contains(2);
    }

    @Test
    void a_network_of_ipv6_is_one_address() {
        come(1, "2001:db8:1::1");
        come(1, "2001:db8:2::1");
        for (int i = 3; i < MAX; i++) {
            come(1, "2001:db8:0:7::" + Integer.toHexString(i));
        }
        assertThat(comes("2001:db8:3::1")).contains(3);
    }

    @Test
    void where_a_peer_has_come_from_its_streams_are_spared() {
        places.know(ip("192.0.2.7"));
        come(Places.SPARED, "192.0.2.7");
        come(MAX - Places.SPARED - 1, "192.0.2.1");
        assertThat(comes("192.0.2.7"))
                .as("one more than are spared, and the others hold more")
                .contains(Places.SPARED + 1);
    }

    @Test
    void where_a_peer_has_come_from_no_more_than_its_streams_are_spared() {
        places.know(ip("192.0.2.7"));
        come(MAX - 2, "192.0.2.7");
        come(1, "192.0.2.1");
        assertThat(comes("192.0.2.1")).contains(1);
    }

    @Test
    void where_all_are_spared_the_oldest_goes_after_a_while() {
        places.know(ip("192.0.2.7"));
        places.know(ip("192.0.2.8"));
        come(MAX / 2, "192.0.2.7");
        come(MAX / 2 - 1, "192.0.2.8");
        assertThat(comes("192.0.2.8")).isEmpty();
        assertThat(places.full()).isTrue();
        assertThat(places.victim(Places.PATIENCE_NANOS)).isEmpty();
        assertThat(places.victim(LATER)).contains(1);
        assertThat(places.victim(LATER))
                .as("one at a time: this one is on his way out")
                .isEmpty();
        places.left(1);
        assertThat(places.full()).isFalse();
    }

    @Test
    void what_is_known_is_bounded() {
        places.know(ip("192.0.2.7"));
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 1_024; i++) {
            others.add("10.0." + i / 256 + "." + i % 256);
        }
        others.forEach(other -> places.know(ip(other)));
        come(MAX - 2, "192.0.2.7");
        come(1, "192.0.2.1");
        assertThat(comes("192.0.2.1"))
                .as("it is long ago that a peer has come from there")
                .contains(1);
        assertThat(comes("192.0.2.1")).contains(2);
    }
}
