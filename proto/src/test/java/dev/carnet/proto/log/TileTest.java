package dev.carnet.proto.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TileTest {
    @ParameterizedTest
    @CsvSource({
        "0, 1234067, 256, tile/0/x001/x234/067",
        "0, 0, 1, tile/0/000.p/1",
        "-1, 273, 112, tile/entries/273.p/112",
        "1, 1, 17, tile/1/001.p/17",
        "2, 999, 255, tile/2/999.p/255",
        "7, 1000, 256, tile/7/x001/000"
    })
    void paths_are_those_of_c2sp(int level, long index, int width, String path) {
        assertThat(new Tile(level, index, width).path()).isEqualTo(path);
        assertThat(Tile.parse(path)).isEqualTo(new Tile(level, index, width));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tile/0/0",
                "tile/0/x000/000",
                "tile/00/000",
                "tile/8/000",
                "tile/0/000.p/256",
                "tile/0/000.p/0",
                "tile/0/000.p/01",
                "tile/0/001/000",
                "tile/0/x001",
                "tile/0/../000",
                "tile/0/000/",
                "/tile/0/000",
                "tile/0/x999/x999/x999/x999/x999/x999/999",
                "checkpoint"
            })
    void no_other_path_is_one(String path) {
        assertThatThrownBy(() -> Tile.parse(path)).isInstanceOf(LogException.class);
    }

    @Test
    void a_tree_of_70000_has_the_tiles_of_the_specification() {
        List<Tile> tiles = Tile.added(0, 70_000);
        assertThat(tiles.stream().filter(t -> t.level() == 0 && t.full())).hasSize(273);
        assertThat(tiles.stream().filter(t -> t.level() == Tile.ENTRIES && t.full()))
                .hasSize(273);
        assertThat(tiles)
                .contains(
                        new Tile(0, 273, 112),
                        new Tile(Tile.ENTRIES, 273, 112),
                        new Tile(1, 0, 256),
                        new Tile(1, 1, 17),
                        new Tile(2, 0, 1))
                .hasSize(273 * 2 + 2 + 2 + 1);
        assertThat(Tile.added(0, 256))
                .containsExactly(new Tile(Tile.ENTRIES, 0, 256), new Tile(0, 0, 256), new Tile(1, 0, 1));
        assertThat(Tile.added(256, 256)).isEmpty();
        assertThat(Tile.added(255, 257))
                .containsExactly(
                        new Tile(Tile.ENTRIES, 0, 256),
                        new Tile(Tile.ENTRIES, 1, 1),
                        new Tile(0, 0, 256),
                        new Tile(0, 1, 1),
                        new Tile(1, 0, 1));
    }

    @Test
    void a_tile_lies_in_a_larger_tree_as_the_beginning_of_a_wider_one() {
        Tile tile = new Tile(0, 273, 112);
        assertThat(tile.in(70_000)).contains(tile);
        assertThat(tile.in(69_999)).isEmpty();
        assertThat(tile.in(0)).isEmpty();
        assertThat(tile.in(70_001)).contains(new Tile(0, 273, 113));
        assertThat(tile.in(1_000_000)).contains(tile.whole());
        assertThat(new Tile(Tile.ENTRIES, 273, 112).in(69_999)).isEmpty();
        assertThat(new Tile(1, 1, 17).in(69_887)).isEmpty();
        assertThat(new Tile(1, 1, 17).in(69_888)).contains(new Tile(1, 1, 17));
        assertThat(new Tile(0, (1L << 55) - 1, 256).in(Long.MAX_VALUE)).isEmpty();
        assertThat(new Tile(0, (1L << 55) - 1, 255).in(Long.MAX_VALUE)).isPresent();
    }

    @Test
    void a_wider_tile_begins_with_it() {
        byte[] hashes = new byte[5 * 32];
        Arrays.fill(hashes, 64, 160, (byte) 7);
        Tile two = new Tile(0, 0, 2);
        assertThat(two.beginning(new Tile(0, 0, 5), hashes)).isEqualTo(new byte[64]);
        assertThatThrownBy(() -> two.beginning(two.whole(), hashes)).hasMessageContaining("160 bytes, not 8192");
        byte[] bundle = Bundle.write(List.of("a".getBytes(UTF_8), "bc".getBytes(UTF_8)));
        Tile one = new Tile(Tile.ENTRIES, 0, 1);
        assertThat(one.beginning(new Tile(Tile.ENTRIES, 0, 2), bundle)).isEqualTo(new byte[] {0, 1, 'a'});
        assertThatThrownBy(() -> one.beginning(one.whole(), bundle)).isInstanceOf(LogException.class);
    }

    @Test
    void bundles_give_back_what_they_were_given_and_nothing_that_is_cut() {
        List<byte[]> entries = List.of("a".getBytes(UTF_8), new byte[0], new byte[0xffff]);
        byte[] bundle = Bundle.write(entries);
        assertThat(Bundle.read(bundle, 3))
                .hasSize(3)
                .satisfies(read -> assertThat(read.get(2)).hasSize(0xffff));
        assertThatThrownBy(() -> Bundle.read(bundle, 2)).hasMessageContaining("more than 2");
        assertThatThrownBy(() -> Bundle.read(bundle, 4)).hasMessageContaining("has 3 entries, not 4");
        for (int length : new int[] {1, 2, 4, 10, bundle.length - 1}) {
            assertThatThrownBy(() -> Bundle.read(Arrays.copyOf(bundle, length), 3))
                    .isInstanceOf(LogException.class);
        }
        assertThatThrownBy(() -> Bundle.write(List.of(new byte[0x10000]))).isInstanceOf(IllegalArgumentException.class);
    }
}
