package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transfer.rows.TransferRow;
import dev.carnet.daemon.volume.Reader;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadersTest {
    @Test
    void a_caller_reads_with_its_own_group_and_the_supplementary_ones() {
        assertThat(Readers.of(new Caller(5, 6, List.of(7, 8, 6), 99))).isEqualTo(Reader.user(5, Set.of(6, 7, 8)));
        assertThat(Readers.of(new Caller(-2, -3, List.of(), 0))).isEqualTo(Reader.user(-2, Set.of(-3)));
    }

    /** A restart makes nobody more than it was, and nobody less. */
    @Test
    void a_row_keeps_who_asked() {
        var caller = new Caller(-2, 6, List.of(-7, 8), 99);
        TransferRow row =
                TransferRow.newBuilder().setCaller(Readers.row(caller)).build();
        assertThat(Readers.of(row)).isEqualTo(Readers.of(caller));
        assertThat(Readers.of(row).everything()).isFalse();
    }

    @Test
    void what_a_peer_asked_for_is_read_for_the_daemon() {
        assertThat(Readers.of(TransferRow.getDefaultInstance())).isEqualTo(Reader.DAEMON);
    }
}
