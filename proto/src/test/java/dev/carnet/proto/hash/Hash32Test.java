package dev.carnet.proto.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class Hash32Test {

    private static final String HEX = "00017f80ff0000000000000000000000000000000000000000000000000000fe";

    @Test
    void keepsTheBytes() {
        byte[] bytes = Hash32.ofHex(HEX).toBytes();
        assertThat(bytes).hasSize(32).startsWith(0, 1, 0x7f, 0x80, 0xff).endsWith(0xfe);
        assertThat(Hash32.of(bytes))
                .hasToString(HEX)
                .isEqualTo(Hash32.ofHex(HEX))
                .hasSameHashCodeAs(Hash32.ofHex(HEX));
        byte[] room = new byte[40];
        Hash32.of(bytes).copyTo(room, 5);
        assertThat(Hash32.at(room, 5)).isEqualTo(Hash32.of(bytes));
        assertThat(Hash32.at(room, 4)).isNotEqualTo(Hash32.of(bytes));
    }

    @Test
    void isOrderedByItsBytesUnsigned() {
        Hash32 low = Hash32.ofHex("7f" + "ff".repeat(31));
        Hash32 high = Hash32.ofHex("80" + "00".repeat(31));
        assertThat(low).isLessThan(high);
        for (int i = 0; i < 32; i++) {
            byte[] bytes = new byte[32];
            bytes[i] = (byte) 0x80;
            assertThat(Hash32.of(bytes)).isGreaterThan(Hash32.of(new byte[32])).isEqualByComparingTo(Hash32.of(bytes));
        }
    }

    @Test
    void takesOnlyTheCanonicalText() {
        assertThatThrownBy(() -> Hash32.ofHex(HEX.toUpperCase(java.util.Locale.ROOT)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Hash32.ofHex(HEX.substring(2))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Hash32.ofHex(HEX + "00")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Hash32.ofHex("g" + HEX.substring(1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesOnly32Bytes() {
        assertThatThrownBy(() -> Hash32.of(new byte[33])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Hash32.at(new byte[33], 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new Hash32(0, 0, 0, 0).copyTo(new byte[32], 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
