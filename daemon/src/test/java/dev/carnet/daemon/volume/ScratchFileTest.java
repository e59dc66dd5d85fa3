package dev.carnet.daemon.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFileTest {
    @TempDir
    private Path root;

    @Test
    void what_is_appended_is_read_back_and_goes_with_the_staging() throws Exception {
        byte[] page = new byte[61_440];
        new Random(1).nextBytes(page);
        try (Volume volume = Volumes.open(new VolumeSpec("v", root, false, null, 0, false))) {
            Staging staging = volume.staging("ab".repeat(16));
            try (ScratchFile first = staging.scratch("blob")) {
                first.append(new byte[] {1, 2, 3});
                assertThat(first.stream().readAllBytes()).containsExactly(1, 2, 3);
            }
            try (ScratchFile again = staging.scratch("blob")) {
                for (int i = 0; i < 5; i++) {
                    again.append(page);
                }
                byte[] read = again.stream().readAllBytes();
                assertThat(read).hasSize(5 * page.length).startsWith(page).endsWith(page);
            }
            assertThat(staging.root()).isEmpty();
            assertThatThrownBy(() -> staging.scratch("../x")).isInstanceOf(IllegalArgumentException.class);
            staging.destroy();
            assertThat(root.resolve(".carnet/staging")).isEmptyDirectory();
        }
    }

    @Test
    void a_record_is_read_at_any_place() throws Exception {
        try (Volume volume = Volumes.open(new VolumeSpec("v", root, false, null, 0, false))) {
            Records records = volume.records(CheckpointName.of("m"));
            assertThat(records.open("tree")).isEmpty();
            byte[] bytes = new byte[200_000];
            new Random(2).nextBytes(bytes);
            records.write("tree", out -> out.write(bytes));
            try (RecordFile file = records.open("tree").orElseThrow()) {
                records.remove(); // what is open stays
                assertThat(file.size()).isEqualTo(bytes.length);
                assertThat(file.stream().readAllBytes()).isEqualTo(bytes);
                assertThat(file.read(70_000, 100_000)).isEqualTo(java.util.Arrays.copyOfRange(bytes, 70_000, 170_000));
                assertThatThrownBy(() -> file.read(199_999, 2))
                        .isInstanceOf(VolumeException.class)
                        .hasMessageContaining("ends at byte");
            }
            assertThat(Files.exists(root.resolve("m"))).isFalse();
        }
    }
}
