package dev.carnet.daemon.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentEnvelopesTest {
    private static final int MIB = 1 << 20;

    private final RecentEnvelopes recent = new RecentEnvelopes();

    private static byte[] envelope(int bytes, int value) {
        byte[] envelope = new byte[bytes];
        envelope[0] = (byte) value;
        return envelope;
    }

    @Test
    void what_came_lately_is_given_from_where_it_is_asked_for() {
        for (int i = 7; i < 10; i++) {
            recent.add(i, envelope(1, i));
        }
        assertThat(recent.from(8, 10)).containsExactly(envelope(1, 8), envelope(1, 9));
        assertThat(recent.from(7, 1)).containsExactly(envelope(1, 7));
        assertThat(recent.from(6, 10)).as("what is not here").isEmpty();
        assertThat(recent.from(10, 10)).as("what is not there yet").isEmpty();
        assertThat(recent.from(8, 0)).isEmpty();
    }

    @Test
    void a_gap_is_never_bridged() {
        recent.add(7, envelope(1, 7));
        recent.add(9, envelope(1, 9));
        assertThat(recent.from(7, 10)).isEmpty();
        assertThat(recent.from(9, 10)).containsExactly(envelope(1, 9));
    }

    @Test
    void only_so_much_is_kept() {
        for (int i = 0; i < 9; i++) {
            recent.add(i, envelope(MIB, i));
        }
        assertThat(recent.from(4, 10)).isEmpty();
        assertThat(recent.from(5, 10)).hasSize(4).first().isEqualTo(envelope(MIB, 5));
    }
}
