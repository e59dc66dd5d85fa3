package dev.carnet.daemon.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.daemon.state.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full: an exception, never a dead process, and it goes on when there is room again. */
class LedgerFullDiskTest {
    @TempDir
    Path directory;

    @Test
    void a_file_that_does_not_fit_is_refused_and_tried_again_with_the_same_bytes() throws Exception {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), "12m")) {
            Assumptions.assumeTrue(disk.mounted(), "needs the right to mount a tmpfs");
            var ballast = disk.path().resolve("ballast");
            try (var daemon = LedgerFixture.open(disk.path())) {
                Files.write(ballast, new byte[3 << 20]);
                var n = new int[1];
                // until the first file of the journal is full and the second does not fit
                assertThatThrownBy(() -> {
                            for (; n[0] < 1_000; n[0]++) {
                                daemon.ledger.record(
                                        LedgerFixture.key(n[0]),
                                        () -> LedgerFixture.envelope(n[0] + "x".repeat(20_000)),
                                        (tx, r) -> {});
                            }
                        })
                        .isInstanceOf(NoRoomException.class)
                        .hasMessageContaining("is full");
                assertThat(n[0]).isGreaterThan(100);
                Files.delete(ballast);
                var recorded = daemon.ledger.record(
                        LedgerFixture.key(n[0]),
                        () -> {
                            throw new AssertionError("built a second time");
                        },
                        (tx, r) -> {});
                assertThat(recorded.envelope()).isEqualTo(LedgerFixture.envelope(n[0] + "x".repeat(20_000)));
            }
            try (var daemon = LedgerFixture.open(disk.path())) {
                daemon.record(2_000);
            }
        }
    }

    @Test
    void a_blob_that_does_not_fit_leaves_nothing_and_is_stored_when_there_is_room() throws Exception {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), "16m")) {
            Assumptions.assumeTrue(disk.mounted(), "needs the right to mount a tmpfs");
            try (var daemon = LedgerFixture.open(disk.path())) {
                byte[] content = new byte[3 << 20];
                long free = Files.getFileStore(disk.path()).getUsableSpace();
                Files.write(disk.path().resolve("ballast"), new byte[(int) free - (1 << 20)]);
                assertThatThrownBy(() -> daemon.ledger.blob(content)).isInstanceOf(NoRoomException.class);
                assertThatThrownBy(() -> daemon.ledger.blob(out -> out.write(content)))
                        .isInstanceOf(NoRoomException.class);
                try (var left = Files.list(disk.path().resolve("ledger/blobs/sha256"))) {
                    assertThat(left.filter(file -> file.toString().endsWith(".tmp")))
                            .isEmpty();
                }
                Files.delete(disk.path().resolve("ballast"));
                assertThat(daemon.ledger.blob(out -> out.write(content))).isEqualTo(daemon.ledger.blob(content));
            }
        }
    }

    @Test
    void the_reserve_is_kept() throws Exception {
        try (var disk = SmallDisk.mount(directory.resolve("disk"), "16m")) {
            Assumptions.assumeTrue(disk.mounted(), "needs the right to mount a tmpfs");
            try (var daemon = LedgerFixture.open(disk.path(), LedgerFixture.LEAF, Optional.empty(), 4 << 20)) {
                daemon.record(1);
                Files.write(disk.path().resolve("ballast"), new byte[8 << 20]);
                assertThatThrownBy(() -> daemon.record(2))
                        .isInstanceOf(NoRoomException.class)
                        .hasMessageContaining("are kept in reserve");
                assertThat(daemon.ledger.find(LedgerFixture.key(2))).isEmpty();
                assertThat(daemon.record(1).sequence())
                        .as("what is on record needs no room")
                        .isOne();
            }
        }
    }
}
