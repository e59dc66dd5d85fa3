package dev.carnet.daemon.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The attribute as the kernel writes it, read and decided upon. {@link ReaderTest} asks the kernel whether it decides alike. */
class AclTest {
    private static final int OWNER = 100;
    private static final int GROUP = 200;
    private static final String MINIMAL = "1:6 4:4 32:0";

    /** Entries are {@code tag:permissions[:id]}. */
    private static byte[] attribute(int version, String entries) {
        String[] all = entries.isBlank() ? new String[0] : entries.strip().split(" ");
        ByteBuffer out = ByteBuffer.allocate(4 + 8 * all.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(version);
        for (String entry : all) {
            String[] parts = entry.split(":");
            out.putShort((short) Integer.parseInt(parts[0]))
                    .putShort((short) Integer.parseInt(parts[1]))
                    .putInt(parts.length > 2 ? Integer.parseUnsignedInt(parts[2]) : -1);
        }
        return out.array();
    }

    private static Acl acl(String entries) {
        return Acl.parse(attribute(2, entries)).orElseThrow();
    }

    @Test
    void what_the_kernel_writes_is_read() {
        assertThat(acl(MINIMAL).entries()).hasSize(3);
        assertThat(acl("1:7 2:5:4294967294 2:0:7 4:4 8:6:9 16:5 32:1").entries())
                .containsExactly(
                        new Acl.Entry(1, 7, -1),
                        new Acl.Entry(2, 5, -2),
                        new Acl.Entry(2, 0, 7),
                        new Acl.Entry(4, 4, -1),
                        new Acl.Entry(8, 6, 9),
                        new Acl.Entry(16, 5, -1),
                        new Acl.Entry(32, 1, -1));
        byte[] fromADisk = HexFormat.of()
                .parseHex("02000000" + "01000600ffffffff" + "0200040039c70000" + "04000400ffffffff" + "10000400ffffffff"
                        + "20000000ffffffff");
        assertThat(Acl.parse(fromADisk).orElseThrow().entries()).contains(new Acl.Entry(2, 4, 51_001));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1:6 4:4 32:0",
        "3, 1:6 4:4 32:0",
        "2, ''",
        "2, 4:4 32:0",
        "2, 1:6 32:0",
        "2, 1:6 4:4",
        "2, 1:6 1:6 4:4 32:0",
        "2, 1:6 4:4 4:4 32:0",
        "2, 1:6 4:4 32:0 32:0",
        "2, 1:6 4:4 16:7 16:7 32:0",
        "2, 1:6 2:4:7 4:4 32:0", // named, and no mask
        "2, 1:6 4:4 8:4:7 32:0",
        "2, 1:6 4:4 32:0 64:7",
        "2, 1:6 4:4 32:0 0:7",
        "2, 1:8 4:4 32:0",
        "2, 1:6 4:4 32:16384"
    })
    void what_is_none_is_not_guessed_at(int version, String entries) {
        assertThat(Acl.parse(attribute(version, entries))).isEmpty();
    }

    @Test
    void lengths_that_are_none() {
        byte[] good = attribute(2, MINIMAL);
        for (int length = 0; length < good.length; length++) {
            assertThat(Acl.parse(java.util.Arrays.copyOf(good, length)))
                    .as("%s bytes", length)
                    .isEmpty();
        }
        assertThat(Acl.parse(java.util.Arrays.copyOf(good, good.length + 1))).isEmpty();
    }

    @Test
    void bytes_by_accident_are_an_acl_or_none() {
        long seed = Long.getLong("carnet.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = attribute(2, "1:6 2:4:7 4:4 16:7 32:0");
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Acl.parse(bytes).ifPresent(acl -> {
                assertThat(acl.entries()).as("-Dcarnet.seed=" + seed).hasSize(5).allMatch(e -> e.permissions() <= 7);
                boolean all = acl.grants(OWNER, GROUP, 7, g -> true, 7);
                assertThat(!all || acl.grants(OWNER, GROUP, 7, g -> true, 4)).isTrue();
            });
        }
    }

    /** The rule of acl(5): one class decides, the first that fits; the mask holds for all but owner and others. */
    @ParameterizedTest
    @CsvSource({
        // entries, uid, groups, wanted, granted
        "1:4 4:0 32:0, 100, 200, 4, true", // the owner
        "1:0 4:7 32:7, 100, 200, 4, false", // the owner, although the others may
        "1:4 2:0:100 4:0 16:0 32:0, 100, 1, 4, true", // no mask for the owner, and no entry by number
        "1:6 2:4:7 4:0 16:4 32:0, 7, 1, 4, true",
        "1:6 2:4:7 4:0 16:0 32:7, 7, 1, 4, false", // masked
        "1:6 2:0:7 4:7 16:7 32:7, 7, 200, 4, false", // the user's own entry, not the group's
        "1:6 2:5:7 4:0 16:7 32:0, 7, 1, 5, true",
        "1:6 2:4:7 4:0 16:7 32:0, 7, 1, 5, false", // both bits
        "1:6 4:4 32:0, 7, 200, 4, true",
        "1:6 4:4 16:0 32:7, 7, 200, 4, false", // the owning group is masked
        "1:6 4:0 32:7, 7, 200, 4, false", // its member is none of the others
        "1:6 4:0 8:4:9 16:4 32:0, 7, 200 9, 4, true", // one of two groups will do
        "1:6 4:4 8:0:9 16:4 32:0, 7, 200 9, 4, true",
        "1:6 4:4 8:1:9 16:5 32:0, 7, 200 9, 5, false", // but one alone has to give all
        "1:6 4:7 8:0:9 16:7 32:7, 7, 9, 4, false", // member of the named one only
        "1:6 4:0 8:0:9 16:0 32:4, 7, 1, 4, true", // others: no mask
        "1:7 4:7 32:0, 7, 1, 1, false",
        "1:6 2:4:4294967294 4:0 16:4 32:0, 4294967294, 1, 4, true"
    })
    void one_class_decides(String entries, String uid, String groups, int wanted, boolean granted) {
        Set<Integer> member = new java.util.HashSet<>();
        for (String group : groups.split(" ")) {
            member.add(Integer.parseUnsignedInt(group));
        }
        assertThat(acl(entries).grants(OWNER, GROUP, Integer.parseUnsignedInt(uid), member::contains, wanted))
                .isEqualTo(granted);
    }
}
