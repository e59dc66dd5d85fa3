package dev.carnet.daemon.question;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import org.junit.jupiter.api.Test;

/** How a probe is counted, and where counting ends. */
class ReceivedTest {
    private final byte[] id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

    private static ChunkHeader frame(byte[] transfer, int bytes) {
        return new ChunkHeader((byte) 1, (byte) 0, 1, transfer, 0, 0, bytes, bytes, new byte[32]);
    }

    @Test
    void counts_from_the_first_header_to_the_last() {
        Received received = new Received(id, 1_000);
        assertThat(received.takes(frame(new byte[16], 9), 1_500)).isFalse();
        assertThat(received.takes(frame(id, 100), 2_000)).isTrue();
        assertThat(received.takes(frame(id, 200), 5_000)).isTrue();
        assertThat(received.bytes()).isEqualTo(300 + 2 * ChunkHeader.BYTES);
        assertThat(received.nanos()).isEqualTo(3_000);
        assertThat(received.passed(6_000)).isEmpty();
    }

    @Test
    void beyond_the_time_or_the_bytes_it_counts_no_more() {
        Received late = new Received(id, 0);
        assertThat(late.takes(frame(id, 100), 1)).isTrue();
        assertThat(late.takes(frame(id, 100), Received.NANOS_MAX + 1)).isTrue();
        assertThat(late.bytes()).isEqualTo(172);
        assertThat(late.passed(Received.NANOS_MAX + 1)).contains(Code.TIMEOUT);
        Received large = new Received(id, 0);
        for (int i = 0; i < 2_100; i++) {
            assertThat(large.takes(frame(id, ChunkHeader.CHUNK_BYTES), i)).isTrue();
        }
        assertThat(large.passed(3_000)).contains(Code.LIMIT);
        assertThat(large.bytes()).isLessThan((8L << 30) + ChunkHeader.CHUNK_BYTES + ChunkHeader.BYTES + 1);
    }
}
