package dev.carnet.daemon.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we rely on when we keep a journal in a Chronicle Queue. */
class ChronicleJournalTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-25T10:00:30Z"), ZoneOffset.UTC);

    @TempDir
    Path directory;

    private Journal open() {
        return ConfinedJournal.open(() -> ChronicleJournal.open(directory, CLOCK, OptionalLong.empty()));
    }

    @Test
    void gives_back_what_was_appended_across_files_and_restarts() throws Exception {
        var random = new Random(7);
        var records = new ArrayList<byte[]>();
        var positions = new ArrayList<Long>();
        for (var round = 0; round < 3; round++) {
            try (var journal = open()) {
                assertThat(all(journal)).as("round %d", round).hasSize(records.size());
                for (var i = 0; i < 150; i++) {
                    var record = new byte[1 + random.nextInt(JournalRecord.BYTES_MAX - 1)];
                    random.nextBytes(record);
                    records.add(record);
                    positions.add(journal.append(record));
                }
                journal.sync();
                assertSame(all(journal), records);
                for (var i : List.of(0, 5, records.size() - 1)) {
                    assertThat(journal.read(positions.get(i))).startsWith(records.get(i));
                }
            }
        }
        assertThat(positions).isSorted().doesNotHaveDuplicates();
        assertThat(names()).contains("20261125-1000.cq4", "20261125-1001.cq4");
        try (var files = Files.newDirectoryStream(directory, "*.cq4")) {
            for (var file : files) {
                assertThat(file).hasSize(ChronicleJournal.FILE_BYTES);
                assertThat(((Number) Files.getAttribute(file, "unix:nlink")).intValue())
                        .isOne();
            }
        }
    }

    /** What does not count lies in two files at most, of which only the last may have no header: what opens them relies on that. */
    @Test
    void a_group_of_the_largest_records_fits_into_one_file() {
        assertThat(JournalledLedger.GROUP_MAX * (JournalRecord.BYTES_MAX + ChronicleJournal.RECORD_OVERHEAD_BYTES))
                .isLessThan(ChronicleJournal.BLOCK_BYTES - ChronicleJournal.FILE_OVERHEAD_BYTES);
    }

    private static void assertSame(List<byte[]> found, List<byte[]> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (var i = 0; i < expected.size(); i++) {
            assertThat(found.get(i)).as("record %d", i).startsWith(expected.get(i));
            assertThat(found.get(i).length - expected.get(i).length).isBetween(0, 3);
        }
    }

    private static List<byte[]> all(Journal journal) {
        var records = new ArrayList<byte[]>();
        journal.scan((position, record) -> records.add(record));
        return records;
    }

    private List<String> names() throws Exception {
        try (var files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void a_position_without_record_is_an_error_with_its_place() {
        try (var journal = open()) {
            var position = journal.append(new byte[100]);
            assertThatThrownBy(() -> journal.read(position + 1))
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("20261125-1000.cq4 record 1");
        }
    }
}
