package dev.carnet.daemon.daybook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.daemon.ledger.LedgerFixture;
import dev.carnet.daemon.policy.Sha256;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.ledger.Change;
import dev.carnet.proto.ledger.DaemonStart;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Predicate;
import dev.carnet.proto.ledger.Refusal;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.wire.v1.Code;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real store and a real ledger; time is the test's. */
class DaybookTest {
    private static final Instant NOON = Instant.parse("2026-11-25T12:00:10Z");
    private static final String PEER = "spiffe://example.org/node/b";
    private static final String POLICY = "dd".repeat(32);
    private static final int OF_DAY = 4;

    @TempDir
    Path directory;

    private final MovedClock clock = new MovedClock();
    private final ConcurrentLinkedQueue<Throwable> fatal = new ConcurrentLinkedQueue<>();
    private LedgerFixture fixture;
    private Daybook daybook;

    private static final class MovedClock extends Clock {
        Instant now = NOON;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    private static final class Around implements Surroundings {
        @Override
        public String self() {
            return LedgerFixture.ID;
        }

        @Override
        public String policyDigest() {
            return POLICY;
        }

        @Override
        public boolean peer(String spiffeId) {
            return spiffeId.startsWith("spiffe://example.org/node/");
        }

        @Override
        public boolean volume(String name) {
            return name.equals("models");
        }
    }

    @BeforeEach
    void open() {
        fixture = LedgerFixture.open(directory);
        begin();
    }

    private void begin() {
        daybook = new Daybook(fixture.store, fixture.ledger, clock, new Around(), OF_DAY, fatal::add);
    }

    @AfterEach
    void close() {
        fixture.close();
        assertThat(fatal).isEmpty();
    }

    /** As after a kill: nothing is recorded on the way out. */
    private void crash() {
        fixture.close();
        open();
    }

    // ---- starts

    private List<String> starts() {
        return fixture.ledger.entries(0, 1_000).stream()
                .map(recorded -> Statement.read(Dsse.parse(recorded.envelope()).payload()))
                .filter(DaemonStart.class::isInstance)
                .map(start -> ((DaemonStart) start).version() + " " + ((DaemonStart) start).stopped())
                .toList();
    }

    @Test
    void a_start_says_how_the_run_before_ended() {
        daybook.starting("carnet 1", POLICY);
        crash();
        daybook.starting("carnet 2", POLICY);
        daybook.close();
        fixture.close();
        open();
        daybook.starting("carnet 3", POLICY);
        crash(); // before it has ended
        daybook.starting("carnet 4", POLICY);
        assertThat(starts())
                .containsExactly("carnet 1 first", "carnet 2 unclean", "carnet 3 clean", "carnet 4 unclean");
        daybook.close();
    }

    /** What never said that it starts has no end either: it does not make a crash before it a clean stop. */
    @Test
    void a_daybook_that_only_opened_says_nothing_of_a_stop() {
        daybook.starting("carnet 1", POLICY);
        crash();
        daybook.close();
        fixture.close();
        open();
        daybook.starting("carnet 2", POLICY);
        assertThat(starts()).containsExactly("carnet 1 first", "carnet 2 unclean");
    }

    /** Killed between the entry and the commit that counts it: the entry is that start's, and this one has its own. */
    @Test
    void a_start_that_a_crash_ended_is_not_taken_for_this_one() {
        daybook.starting("carnet 1", POLICY);
        daybook.close();
        byte[] key = "daybook daemon-start".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] before = fixture.store.read(tx -> tx.get(Table.META, key)).orElseThrow();
        begin();
        daybook.starting("carnet 2", POLICY);
        fixture.store.update(tx -> tx.put(Table.META, key, before));
        crash();
        daybook.starting("carnet 3", POLICY);
        assertThat(starts()).containsExactly("carnet 1 first", "carnet 2 clean", "carnet 3 unclean");
    }

    private void after(Duration wait) {
        clock.now = clock.now.plus(wait);
    }

    private void afterMinute() {
        after(Duration.ofMinutes(1));
        daybook.flush(false);
    }

    private List<Statement> entries() {
        return fixture.ledger.entries(0, 1_000).stream()
                .map(recorded -> Statement.read(Dsse.parse(recorded.envelope()).payload()))
                .filter(statement -> statement.predicate() != Predicate.KEY_BINDING)
                .toList();
    }

    private List<Refusal> refusals() {
        return entries().stream().map(Refusal.class::cast).toList();
    }

    private int rows() {
        int[] count = {0};
        return fixture.store.<Integer>read(tx -> {
            tx.scan(Table.REFUSALS, "m".getBytes(UTF_8), (key, value) -> ++count[0] > 0);
            return count[0];
        });
    }

    @Test
    void repeats_of_a_minute_are_one_entry_when_it_is_over() {
        daybook.refusedPeer(PEER, Code.NAME_TAKEN, "models", "the first sentence");
        after(Duration.ofSeconds(5));
        daybook.flush(false);
        for (int i = 0; i < 9; i++) {
            daybook.refusedPeer(PEER, Code.NAME_TAKEN, "models", "sentence " + i);
        }
        after(Duration.ofSeconds(10));
        daybook.refusedPeer(PEER, Code.NAME_TAKEN, "models", "the last one");
        daybook.flush(false);
        assertThat(entries()).as("the minute is not over").isEmpty();
        afterMinute();
        afterMinute();
        assertThat(refusals())
                .containsExactly(new Refusal(
                        LedgerFixture.ID,
                        fixture.ledger.origin(),
                        NOON.plusSeconds(75),
                        POLICY,
                        Optional.of(PEER),
                        Optional.empty(),
                        "NAME_TAKEN",
                        Optional.of("models"),
                        "the first sentence",
                        11,
                        NOON,
                        NOON.plusSeconds(15)));
        assertThat(rows()).isZero();
    }

    @Test
    void peer_principal_code_volume_and_minute_tell_entries_apart() {
        daybook.refusedPeer(PEER, Code.POLICY, "models", "one");
        daybook.refusedPeer(PEER + "2", Code.POLICY, "models", "two");
        daybook.refusedPeer(PEER, Code.BAD_NAME, "models", "three");
        daybook.refusedPeer(PEER, Code.BAD_NAME, "what-we-do-not-have", "four");
        daybook.refused(
                "trainer", Code.POLICY, "models", "not /home/anna/run-12, nor '/x y', see spiffe://a.b/c and 1/2");
        daybook.refused("uid 1000", Code.POLICY, "", "who is that");
        afterMinute();
        daybook.refusedPeer(PEER + "2", Code.POLICY, "models", "a minute later");
        afterMinute();
        assertThat(refusals()).extracting(Refusal::count).hasSize(7).containsOnly(1L);
        assertThat(refusals())
                .filteredOn(r -> r.code().equals("BAD_NAME"))
                .extracting(Refusal::volume)
                .containsExactlyInAnyOrder(Optional.of("models"), Optional.empty());
        assertThat(refusals())
                .filteredOn(r -> r.principal().isPresent())
                .extracting(r -> r.principal().get() + ": " + r.reason())
                .containsExactlyInAnyOrder(
                        "trainer: not (a path), nor '(a path) y', see spiffe://a.b/c and 1/2", "uid 1000: who is that");
    }

    @Test
    void what_ends_without_a_refusal_is_none() {
        for (Code code : List.of(Code.TIMEOUT, Code.SHUTTING_DOWN, Code.REPLACED)) {
            daybook.refusedPeer(PEER, code, "", "it ends");
        }
        afterMinute();
        assertThat(entries()).isEmpty();
    }

    @Test
    void a_sentence_of_any_kind_makes_an_entry() {
        daybook.refusedPeer(PEER, Code.BAD_NAME, "", "a \ud800 b\u0000c\u202e" + "é".repeat(2_000));
        daybook.refusedPeer(PEER, Code.POLICY, "", "");
        afterMinute();
        assertThat(refusals()).hasSize(2).extracting(Refusal::reason).contains("POLICY");
    }

    @Test
    void what_a_crash_left_behind_is_recorded_once() {
        daybook.refusedPeer(PEER, Code.POLICY, "models", "before the crash");
        daybook.flush(false);
        crash();
        daybook.tick();
        assertThat(refusals()).extracting(Refusal::reason).containsExactly("before the crash");
        daybook.refusedPeer(PEER, Code.POLICY, "models", "the same minute, after it");
        daybook.flush(false);
        crash();
        daybook.tick();
        daybook.tick();
        assertThat(refusals())
                .extracting(Refusal::reason)
                .containsExactly("before the crash", "the same minute, after it");
    }

    @Test
    void a_clean_stop_records_what_was_counted() {
        daybook.refused("trainer", Code.POLICY, "", "no");
        daybook.close();
        assertThat(refusals()).hasSize(1);
    }

    @Test
    void a_day_has_its_number_of_entries_and_the_last_has_the_rest() {
        for (int minute = 0; minute < 10; minute++) {
            daybook.refusedPeer(PEER, Code.POLICY, "models", "refused at " + minute);
            daybook.refusedPeer(PEER, Code.BAD_NAME, "", "also at " + minute);
            daybook.refused("trainer", Code.POLICY, "", "a local one at " + minute);
            afterMinute();
        }
        assertThat(refusals()).hasSize(2 * (OF_DAY - 1));
        assertThat(rows()).isZero();
        crash();
        daybook.tick();
        daybook.close();
        begin();
        assertThat(refusals()).as("the last one waits for the end of the day").hasSize(2 * (OF_DAY - 1));
        after(Duration.ofHours(12));
        daybook.flush(false);
        assertThat(refusals()).hasSize(2 * OF_DAY);
        assertThat(refusals().stream()
                        .filter(r -> r.peer().isPresent())
                        .mapToLong(Refusal::count)
                        .sum())
                .isEqualTo(20);
        assertThat(refusals().stream()
                        .filter(r -> r.principal().isPresent())
                        .mapToLong(Refusal::count)
                        .sum())
                .isEqualTo(10);
        assertThat(refusals().getLast().to()).isEqualTo(NOON.plus(Duration.ofMinutes(9)));
        daybook.refusedPeer(PEER, Code.POLICY, "models", "another day");
        afterMinute();
        assertThat(refusals()).hasSize(2 * OF_DAY + 1);
    }

    @Test
    void peers_that_are_not_configured_share_what_there_is() {
        for (int minute = 0; minute < 3; minute++) {
            for (int i = 0; i < 1_000; i++) {
                daybook.refusedPeer("spiffe://example.org/stranger/" + i, Code.UNKNOWN_PEER, "", "who are you");
            }
            daybook.flush(false);
            assertThat(rows()).isLessThanOrEqualTo(Counts.STRANGERS_MAX);
            afterMinute();
            afterMinute();
        }
        daybook.refusedPeer(PEER, Code.POLICY, "models", "a peer of ours");
        afterMinute();
        assertThat(refusals()).hasSize(OF_DAY);
        assertThat(refusals().getLast().reason()).isEqualTo("a peer of ours");
        after(Duration.ofDays(1));
        daybook.flush(false);
        assertThat(refusals()).as("an entry names one: the rest is in the log").hasSize(OF_DAY);
        assertThat(rows()).isZero();
    }

    @Test
    void memory_is_bounded_whatever_is_refused() {
        for (int i = 0; i < 3 * Counts.DIFFERENT_MAX; i++) {
            daybook.refusedPeer(PEER + i, Code.POLICY, "", "no");
        }
        daybook.flush(false);
        assertThat(rows()).isEqualTo(Counts.DIFFERENT_MAX);
    }

    @Test
    void policy_and_trust_are_recorded_where_they_change() {
        daybook.inForce("policy 1\n", "trust 1\n");
        daybook.inForce("policy 1\n", "trust 1\n");
        crash();
        daybook.inForce("policy 1\n", "trust 1\n");
        daybook.inForce("policy 1\n", "trust 2\n");
        daybook.inForce("policy 2\n", "trust 2\n");
        daybook.inForce("policy 1\n", "trust 2\n");
        assertThat(entries())
                .extracting(statement -> {
                    Change change = (Change) statement;
                    return change.predicate().label() + " "
                            + text(change.digest()) + " after "
                            + change.previous().map(this::text).orElse("nothing");
                })
                .containsExactly(
                        "policy-change policy 1 after nothing",
                        "trust-change trust 1 after nothing",
                        "trust-change trust 2 after trust 1",
                        "policy-change policy 2 after policy 1",
                        "policy-change policy 1 after policy 2");
    }

    private String text(String digest) {
        byte[] blob = fixture.ledger.blob(digest, 1_000).orElseThrow();
        assertThat(Sha256.hex(blob)).isEqualTo(digest);
        return new String(blob, UTF_8).strip();
    }

    @Test
    void without_room_they_are_in_force_all_the_same_and_recorded_later() {
        daybook.inForce("policy 1\n", "trust 1\n");
        fixture.close();
        fixture = LedgerFixture.openFull(directory);
        begin();
        daybook.inForce("policy 1\n", "trust 2\n");
        daybook.refusedPeer(PEER, Code.POLICY, "models", "while there is no room");
        daybook.tick();
        assertThat(entries()).hasSize(2);
        crash();
        daybook.inForce("policy 1\n", "trust 2\n");
        assertThat(entries()).hasSize(3);
    }
}
