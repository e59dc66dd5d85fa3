package dev.carnet.daemon.ledger;

import static dev.carnet.daemon.ledger.LedgerFixture.cycleFile;
import static dev.carnet.daemon.ledger.LedgerFixture.key;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody, or a disk, has changed the journal: the daemon stops, and says where. */
class LedgerTamperTest {
    private static final int ENTRIES = 6;

    /** Before a record the queue writes its length. */
    private static final int QUEUE_HEADER_BYTES = 4;

    @TempDir
    Path directory;

    private List<Integer> records = List.of();

    @BeforeEach
    void fill() throws IOException {
        try (var daemon = LedgerFixture.open(directory)) {
            for (var i = 1; i < ENTRIES; i++) {
                daemon.record(i);
            }
        }
        records = recordOffsets(Files.readAllBytes(cycleFile(directory)));
        assertThat(records).hasSize(ENTRIES);
    }

    private static List<Integer> recordOffsets(byte[] file) {
        var offsets = new ArrayList<Integer>();
        var magic = "CARNETJ1".getBytes(US_ASCII);
        for (var i = 0; i < file.length - magic.length; i++) {
            if (java.util.Arrays.equals(file, i, i + magic.length, magic, 0, magic.length)) {
                offsets.add(i);
            }
        }
        return offsets;
    }

    private void write(int offset, byte... bytes) throws IOException {
        try (var channel = FileChannel.open(cycleFile(directory), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), offset);
        }
    }

    private byte read(int offset) throws IOException {
        return Files.readAllBytes(cycleFile(directory))[offset];
    }

    private void assertStop(String... says) {
        var caught = org.assertj.core.api.Assertions.catchThrowable(
                () -> LedgerFixture.open(directory).close());
        assertThat(caught)
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining(cycleFile(directory).toString());
        for (var word : says) {
            assertThat(caught).hasMessageContaining(word);
        }
    }

    @Test
    void a_flipped_byte_of_an_envelope() throws Exception {
        var at = records.get(3) + 300;
        write(at, (byte) (read(at) ^ 1));
        assertStop("record 3, where entry 3 should be", "does not have the digest");
    }

    @Test
    void a_flipped_byte_of_a_key() throws Exception {
        var at = records.get(2) + 90;
        write(at, (byte) (read(at) ^ 1));
        assertStop("record 3, where entry 3 should be", "does not follow the record before it");
    }

    @Test
    void a_flipped_byte_of_the_last_records_key() throws Exception {
        var at = records.getLast() + 90;
        write(at, (byte) (read(at) ^ 1));
        assertStop("record 5, where entry 5 should be", "not the last record that the state database counts");
    }

    @Test
    void a_zeroed_header_in_the_middle() throws Exception {
        write(records.get(3) - QUEUE_HEADER_BYTES, (byte) 0, (byte) 0, (byte) 0, (byte) 0);
        assertStop("6 entries count, the last at ", "record 5, and it ends after 3", "record 2");
    }

    @Test
    void a_zeroed_header_of_the_last_record() throws Exception {
        write(records.getLast() - QUEUE_HEADER_BYTES, (byte) 0, (byte) 0, (byte) 0, (byte) 0);
        assertStop("6 entries count, the last at ", "record 5, and it ends after 5");
    }

    /** The queue maps whatever lies between here and there, and ends the process when its heap is full of that. */
    @Test
    void an_index_that_points_far_beyond_the_file() throws Exception {
        for (var place : List.of(QueueHeader.INDEX_OF_INDEXES + 16, QueueHeader.END + 32)) {
            var at = Math.toIntExact(place) + 5;
            var was = read(at);
            write(at, (byte) 0x10);
            assertStop("an index that does not fit its records, at byte " + place);
            write(at, was);
        }
        LedgerFixture.open(directory).close();
    }

    @Test
    void a_zeroed_file() throws Exception {
        write(0, new byte[(int) ChronicleJournal.FILE_BYTES]);
        assertStop("has no header");
        assertThat(cycleFile(directory)).as("kept for whoever looks into it").exists();
    }

    @Test
    void a_file_cut_short() throws Exception {
        try (var channel = FileChannel.open(cycleFile(directory), StandardOpenOption.WRITE)) {
            channel.truncate(1 << 20);
        }
        assertStop("has 1048576 bytes instead of 5242880");
    }

    @Test
    void a_file_that_is_gone() throws Exception {
        Files.delete(cycleFile(directory));
        assertThatThrownBy(() -> LedgerFixture.open(directory).close())
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining(
                        "6 entries count, the last at " + cycleFile(directory) + " record 5, and it ends after 0");
    }

    @Test
    void an_older_copy_of_the_journal() throws Exception {
        var copy = directory.resolve("copy");
        Files.copy(cycleFile(directory), copy);
        try (var daemon = LedgerFixture.open(directory)) {
            daemon.record(100);
        }
        Files.copy(copy, cycleFile(directory), StandardCopyOption.REPLACE_EXISTING);
        assertStop("7 entries count, the last at ", "record 6, and it ends after 6");
    }

    @Test
    void what_is_no_record_behind_the_count_never_counts() throws Exception {
        append(new byte[200]);
        for (var n = 0; n < 3; n++) {
            try (var daemon = LedgerFixture.open(directory)) {
                assertThat(daemon.ledger.size()).isEqualTo(ENTRIES + n);
                daemon.record(100 + n);
            }
        }
    }

    @Test
    void a_well_made_record_behind_the_count_that_the_outbox_does_not_have() throws Exception {
        append(next("forged"));
        assertStop("record 6, where entry 6 should be", "the outbox has no such entry");
    }

    @Test
    void a_record_behind_the_count_with_other_bytes_than_the_outbox() throws Exception {
        try (var store = LmdbStore.open(directory.resolve("db"))) {
            store.update(tx -> tx.put(Table.OUTBOX, EntryKeyText.of(key(77)), LedgerFixture.envelope("mine")));
        }
        append(next("forged"));
        assertStop("the outbox has no such entry");
    }

    @Test
    void a_record_behind_the_count_that_is_the_outboxs_is_adopted() throws Exception {
        try (var store = LmdbStore.open(directory.resolve("db"))) {
            store.update(tx -> tx.put(Table.OUTBOX, EntryKeyText.of(key(77)), LedgerFixture.envelope("mine")));
        }
        append(next("mine"));
        try (var daemon = LedgerFixture.open(directory)) {
            assertThat(daemon.ledger.find(key(77)).orElseThrow().envelope()).isEqualTo(LedgerFixture.envelope("mine"));
            assertThat(daemon.ledger.size()).isEqualTo(ENTRIES + 1);
        }
    }

    private byte[] next(String text) {
        try (var store = LmdbStore.open(directory.resolve("db"))) {
            var head = new LedgerTables(store, "").head();
            return new JournalRecord(head.count(), head.hash(), EntryKeyText.of(key(77)), LedgerFixture.envelope(text))
                    .encode();
        }
    }

    private void append(byte[] record) {
        try (var journal = ConfinedJournal.open(() -> ChronicleJournal.open(
                directory.resolve("ledger/journal"), LedgerFixture.CLOCK, OptionalLong.empty()))) {
            journal.scan((position, bytes) -> true);
            journal.append(record);
            journal.sync();
        }
    }

    @Test
    void a_stranger_among_the_files() throws Exception {
        Files.createFile(directory.resolve("ledger/journal/other.cq4"));
        assertThatThrownBy(() -> LedgerFixture.open(directory).close())
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("not its own");
    }

    @Test
    void a_record_that_changed_under_a_running_daemon() throws Exception {
        try (var daemon = LedgerFixture.open(directory)) {
            var at = records.get(3) + 300;
            write(at, (byte) (read(at) ^ 1));
            assertThatThrownBy(() -> daemon.ledger.find(key(3)))
                    .isInstanceOf(LedgerException.class)
                    .hasMessageContaining("record 3, where entry 3");
            assertThat(daemon.ledger.find(key(2))).isPresent();
        }
    }

    /** Whatever the byte, the answer is a stop or an untouched ledger: never another entry, never a hang, never the end of the process. More of them: {@code -Dcarnet.flips=1500}. */
    @Test
    void any_byte_may_flip() throws Exception {
        var seed = System.nanoTime();
        var random = new Random(seed);
        var end = records.getLast() + 1_000;
        var good = Files.readAllBytes(cycleFile(directory));
        var state = Files.readAllBytes(directory.resolve("db/data.mdb"));
        for (var round = 0; round < Integer.getInteger("carnet.flips", 24); round++) {
            var at = random.nextInt(round % 2 == 0 ? end : records.getFirst());
            var bit = 1 << random.nextInt(8);
            write(at, (byte) (good[at] ^ bit));
            var begin = System.nanoTime();
            try {
                reopenTwice("seed %d round %d: bit %d of byte %d".formatted(seed, round, bit, at));
            } catch (LedgerException e) {
                assertThat(e).hasMessageContaining(directory.toString());
            }
            restore(good, state);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .as("seed %d round %d: bit %d of byte %d", seed, round, bit, at)
                    .isLessThan(Duration.ofSeconds(8));
        }
    }

    /** What opens is whole; and what is recorded then changes nothing before it. */
    private void reopenTwice(String flip) {
        for (var opening = 0; opening < 2; opening++) {
            try (var daemon = LedgerFixture.open(directory)) {
                for (var i = 1; i < ENTRIES + opening; i++) {
                    assertThat(daemon.ledger.find(key(i)).orElseThrow().envelope())
                            .as(flip)
                            .isEqualTo(LedgerFixture.envelope("entry " + i));
                }
                daemon.record(ENTRIES + opening);
            }
        }
    }

    private void restore(byte[] journal, byte[] state) throws IOException {
        try (var files = Files.newDirectoryStream(directory.resolve("ledger/journal"))) {
            for (var file : files) {
                Files.delete(file);
            }
        }
        Files.write(cycleFile(directory), journal);
        Files.write(directory.resolve("db/data.mdb"), state);
    }
}
