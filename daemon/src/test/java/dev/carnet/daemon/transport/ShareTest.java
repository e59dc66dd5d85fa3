package dev.carnet.daemon.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.proto.wire.ChunkHeader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShareTest {
    private final List<String> order = new ArrayList<>();

    private static Share of(int buffers) {
        return Share.of(ChunkPools.create((long) buffers * ChunkHeader.CHUNK_BYTES));
    }

    private Runnable as(String name) {
        return () -> order.add(name);
    }

    @Test
    void it_leaves_a_buffer_to_others_where_there_is_more_than_one() {
        assertThat(of(1).max()).isEqualTo(1);
        for (int buffers = 2; buffers < 40; buffers++) {
            assertThat(of(buffers).max()).isBetween(1, buffers - 1);
        }
        assertThat(of(12).max()).isEqualTo(9);
    }

    @Test
    void a_place_goes_to_who_asked_first_and_still_waits() {
        Share share = of(4);
        for (int i = 0; i < 3; i++) {
            assertThat(share.take(as("never"))).isTrue();
        }
        Runnable impatient = as("impatient");
        assertThat(share.take(as("first"))).isFalse();
        assertThat(share.take(impatient)).isFalse();
        assertThat(share.take(as("third"))).isFalse();
        share.giveBack();
        assertThat(order).containsExactly("first");
        assertThat(share.forget(impatient)).isTrue();
        assertThat(share.forget(impatient)).isFalse();
        share.giveBack();
        assertThat(order).containsExactly("first", "third");
        for (int i = 0; i < 3; i++) {
            share.giveBack();
        }
        assertThatThrownBy(share::giveBack).isInstanceOf(IllegalStateException.class);
        assertThat(share.take(as("never"))).isTrue();
    }
}
