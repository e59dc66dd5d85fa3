package dev.carnet.daemon.ledger;

import static dev.carnet.daemon.ledger.LedgerFixture.cycleFile;
import static dev.carnet.daemon.ledger.LedgerFixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.state.LmdbStore;
import dev.carnet.daemon.state.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The power fails while a group is being appended: of the pages of the journal's file that it wrote, any may be on the disk and any may not. What counted is all there, the daemon starts and records, and what
 * it records then is there after the next start. More cuts: {@code -Dcarnet.cuts=N}.
 */
class PowerCutTest {
    private static final int PAGE = 4096;

    /** Appended when the power fails: in the outbox, and not counted. */
    private static final int UNCOUNTED = 12;

    private static final int FIRST_UNCOUNTED = 10_000;
    private static final int FIRST_LATER = 20_000;

    @TempDir
    Path directory;

    private long counted;
    private byte[] synced = {};
    private byte[] appended = {};
    private byte[] state = {};

    private static byte[] envelope(int n) {
        var random = new Random(n);
        return LedgerFixture.envelope("entry " + n + " " + "x".repeat(n < FIRST_UNCOUNTED ? 0 : random.nextInt(4_000)));
    }

    private static void record(LedgerFixture daemon, int n) {
        var _ = daemon.ledger.record(key(n), () -> envelope(n), (tx, recorded) -> {});
    }

    /** @param entries that count */
    private void fill(int entries) throws IOException {
        try (var daemon = LedgerFixture.open(directory)) {
            for (var i = 1; i < entries; i++) {
                record(daemon, i);
            }
            counted = daemon.ledger.size();
        }
        var records = new ArrayList<byte[]>();
        try (var store = LmdbStore.open(directory.resolve("db"))) {
            var head = new LedgerTables(store, "").head();
            for (var i = 0; i < UNCOUNTED; i++) {
                var entryKey = EntryKeyText.of(key(FIRST_UNCOUNTED + i));
                var envelope = envelope(FIRST_UNCOUNTED + i);
                store.update(tx -> tx.put(Table.OUTBOX, entryKey, envelope));
                var record = new JournalRecord(head.count(), head.hash(), entryKey, envelope);
                records.add(record.encode());
                head = head.after(record, 0);
            }
        }
        state = Files.readAllBytes(directory.resolve("db/data.mdb"));
        try (var journal = ConfinedJournal.open(() -> ChronicleJournal.open(
                directory.resolve("ledger/journal"), LedgerFixture.CLOCK, OptionalLong.empty()))) {
            journal.scan((position, bytes) -> true);
            synced = Files.readAllBytes(cycleFile(directory));
            records.forEach(journal::append);
            appended = Files.readAllBytes(cycleFile(directory));
        }
    }

    private List<Integer> written() {
        var pages = new ArrayList<Integer>();
        for (var at = 0; at < appended.length; at += PAGE) {
            if (!Arrays.equals(appended, at, at + PAGE, synced, at, at + PAGE)) {
                pages.add(at / PAGE);
            }
        }
        return pages;
    }

    /** As the disk has it: these pages, and not the others. */
    private void cut(Set<Integer> pages) throws IOException {
        try (var files = Files.newDirectoryStream(directory.resolve("ledger/journal"))) {
            for (var file : files) {
                Files.delete(file);
            }
        }
        var disk = synced.clone();
        for (var page : pages) {
            System.arraycopy(appended, page * PAGE, disk, page * PAGE, PAGE);
        }
        Files.write(cycleFile(directory), disk);
        Files.write(directory.resolve("db/data.mdb"), state);
    }

    /** All is there but the second page with records: one of them is torn. */
    private void cutOneDataPage() throws IOException {
        var pages = new HashSet<>(written());
        pages.remove(pages.stream()
                .filter(page -> page > 1)
                .sorted()
                .skip(1)
                .findFirst()
                .orElseThrow());
        cut(pages);
    }

    /** Starts, records, and starts again: some of it is what the crash interrupted. */
    private void goesOn(String cut) {
        var told = new ArrayList<Integer>();
        for (var start = 0; start < 3; start++) {
            try (var daemon = LedgerFixture.open(directory)) {
                assertThat(daemon.ledger.size()).as(cut).isGreaterThanOrEqualTo(counted + told.size());
                for (var n : told) {
                    assertThat(daemon.ledger.find(key(n)).orElseThrow().envelope())
                            .as(cut)
                            .isEqualTo(envelope(n));
                }
                for (var i = 0; i < UNCOUNTED; i++) {
                    var n = start == 1 ? FIRST_UNCOUNTED + i : FIRST_LATER + start * UNCOUNTED + i;
                    record(daemon, n);
                    told.add(n);
                }
            } catch (LedgerException e) {
                throw new AssertionError(cut + ", start " + start, e);
            }
        }
        try (var daemon = LedgerFixture.open(directory)) {
            assertThat(daemon.ledger.size()).as(cut).isEqualTo(counted + told.size());
        }
    }

    /** Few entries; and so many that the queue makes its second index on the way, whose place is in the first page. */
    @ParameterizedTest
    @ValueSource(ints = {6, 1_017})
    void any_pages_may_be_missing(int entries) throws Exception {
        fill(entries);
        var pages = written();
        assertThat(pages).hasSizeGreaterThan(5).contains(0);
        var first = pages.stream().filter(page -> page > 1).findFirst().orElseThrow();
        for (var missing : List.of(
                Set.<Integer>of(), Set.of(0), Set.of(0, 1), Set.of(first), Set.of(first + 1), Set.of(first + 2))) {
            var there = new HashSet<>(pages);
            there.removeAll(missing);
            cut(there);
            goesOn("all but the pages " + missing);
        }
        cut(Set.of(0));
        goesOn("the first page alone");
        cut(Set.of(0, 1));
        goesOn("the first two pages alone");
        var seed = Long.getLong("carnet.seed", System.nanoTime());
        for (var round = 0; round < Integer.getInteger("carnet.cuts", 10); round++) {
            var random = new Random(seed + round);
            var there = new HashSet<Integer>();
            pages.stream().filter(page -> random.nextInt(4) != 0).forEach(there::add);
            cut(there);
            goesOn("carnet.seed=" + (seed + round) + ": of the pages " + pages + " those " + there);
        }
    }

    /** Kill -9 does not lose pages, but here it comes between the making of the second index and its place in the index of indexes. */
    @Test
    void an_index_that_nothing_names_is_passed_over() throws Exception {
        fill(1_017);
        var header = ByteBuffer.wrap(appended).order(ByteOrder.LITTLE_ENDIAN);
        var array = Math.toIntExact(QueueHeader.INDEX_OF_INDEXES);
        assertThat(header.getLong(array + 8)).as("indexes").isEqualTo(2);
        header.putLong(array + 8, 1);
        header.putLong(array + 24, 0);
        cut(new HashSet<>(written()));
        goesOn("killed before the index was named");
    }

    @Test
    void fsck_tells_what_it_passes_over() throws Exception {
        fill(6);
        cutOneDataPage();
        var misfits = new ArrayList<String>();
        try (var store = LmdbStore.open(directory.resolve("db"))) {
            var seen = JournalLook.run(directory, store, LedgerFixture.CLOCK, new JournalLook.Report() {
                @Override
                public void misfit(String place, String sentence) {
                    misfits.add(sentence);
                }

                @Override
                public void entry(long sequence, byte[] envelope) {}
            });
            assertThat(seen.entries()).isEqualTo(counted);
            assertThat(seen.left()).first().asString().contains("20261125-1000.cq4 record ");
        }
        assertThat(misfits).allMatch(what -> what.startsWith("it is no entry"), "these are entries of a test");
    }

    /** Whoever restores an older state database does not get away with it because there is a torn record before what it does not know. */
    @Test
    void an_older_state_database_behind_a_torn_record_is_a_stop() throws Exception {
        fill(6);
        cutOneDataPage();
        LedgerFixture.open(directory).close();
        var older = Files.readAllBytes(directory.resolve("db/data.mdb"));
        try (var daemon = LedgerFixture.open(directory)) {
            record(daemon, FIRST_LATER);
            record(daemon, FIRST_LATER + 1);
        }
        LedgerFixture.open(directory).close();
        Files.write(directory.resolve("db/data.mdb"), older);
        assertThatThrownBy(() -> LedgerFixture.open(directory).close())
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("cannot be trusted");
    }

    @Test
    void a_file_of_another_ledger_is_a_stop() throws Exception {
        fill(6);
        var other = directory.resolve("other");
        try (var daemon = LedgerFixture.open(other, "spiffe://example.org/node/b")) {
            record(daemon, 1);
            record(daemon, 77);
        }
        Files.copy(cycleFile(other), directory.resolve("ledger/journal/20261125-1005.cq4"));
        assertThatThrownBy(() -> LedgerFixture.open(directory).close())
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("20261125-1005.cq4");
    }

    /** What a file was left as when it was closed is gone on from: a new file at each start would cost 5 MiB. */
    @Test
    void a_file_that_is_whole_is_appended_to() throws Exception {
        for (var entries : List.of(1, 3, 4, 1_017, 2, 6, 1_030)) {
            try (var daemon = LedgerFixture.open(directory)) {
                var size = (int) daemon.ledger.size();
                for (var i = 0; i < entries; i++) {
                    record(daemon, size + i);
                }
            }
        }
        try (var files = Files.newDirectoryStream(directory.resolve("ledger/journal"), "*.cq4")) {
            assertThat(files).hasSize(1);
        }
    }
}
