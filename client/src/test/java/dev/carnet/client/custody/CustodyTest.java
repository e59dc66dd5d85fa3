package dev.carnet.client.custody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.client.audit.Verdict;
import dev.carnet.proto.ledger.CanonicalJson;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.Predicate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of LEDGER.md, section 6. */
class CustodyTest {
    private final Diary.Clock clock = new Diary.Clock();
    private final Diary north = new Diary("north", clock);
    private final Diary south = new Diary("south", clock);
    private final Diary west = new Diary("west", clock);
    private final Move move = Move.of(1, north, south, "run7/step-100");

    private static Copy at(List<Checkpoint> checkpoints, Diary holder) {
        return checkpoints.stream()
                .flatMap(checkpoint -> checkpoint.copies().stream())
                .filter(copy -> copy.origin().equals(holder.origin))
                .reduce((one, other) -> {
                    throw new AssertionError("two copies at " + holder.origin);
                })
                .orElseThrow();
    }

    private static List<Copy> copies(List<Checkpoint> checkpoints) {
        return checkpoints.stream()
                .flatMap(checkpoint -> checkpoint.copies().stream())
                .toList();
    }

    // ---- a transfer, at its destination

    static Stream<Arguments> atDestination() {
        BiConsumer<Diary, Move> receipt = (there, move) -> there.say(Diary.receipt(move, new Diary.Clock()));
        BiConsumer<Diary, Move> possession = Diary::publishing;
        BiConsumer<Diary, Move> abort = (there, move) -> there.abort(move, 7);
        BiConsumer<Diary, Move> staging = Diary::stagingDestroyed;
        BiConsumer<Diary, Move> released = (there, move) -> there.released(move, true);
        BiConsumer<Diary, Move> destroying = (there, move) -> there.destroying(move, true);
        BiConsumer<Diary, Move> destroyed = (there, move) -> there.destroyed(move, true);
        return Stream.of(
                Arguments.of("possible", List.of()),
                Arguments.of("possible", List.of(receipt)),
                Arguments.of("one-sided", List.of(possession)),
                Arguments.of("held", List.of(possession, receipt)),
                Arguments.of("destroying", List.of(possession, receipt, destroying)),
                Arguments.of("released", List.of(possession, receipt, released)),
                Arguments.of("released", List.of(possession, destroying, released)),
                Arguments.of("destroyed", List.of(possession, receipt, destroying, destroyed)),
                Arguments.of("destroyed", List.of(possession, released, destroying, destroyed)),
                Arguments.of("partial", List.of(abort)),
                Arguments.of("", List.of(abort, staging)),
                Arguments.of("one-sided", List.of(possession, abort)));
    }

    @ParameterizedTest
    @MethodSource("atDestination")
    void the_destinations_ledger_decides(String state, List<BiConsumer<Diary, Move>> entries) {
        south.intent(move);
        entries.forEach(entry -> entry.accept(south, move));
        north.intent(move); // the source's word changes nothing
        north.abort(move, 0);
        assertThat(copies(Diary.checkpoints(south, north)))
                .extracting(copy -> copy.state().label())
                .isEqualTo(state.isEmpty() ? List.of() : List.of(state));
    }

    @Test
    void a_copy_has_all_that_both_sides_say_of_it() {
        Diary.whole(move, clock);
        Copy copy = at(Diary.checkpoints(north, south), south);
        assertThat(copy.holder()).isEqualTo(south.daemon);
        assertThat(copy.place()).isEqualTo("models/run7/step-100");
        assertThat(copy.since()).isEqualTo(south.says.get(2).time());
        assertThat(copy.until()).isEmpty();
        assertThat(copy.tree()).contains(move.tree());
        assertThat(copy.from()).contains(north.daemon);
        assertThat(copy.transfer()).contains(move.id());
        assertThat(copy.asked())
                .isEqualTo(new Copy.Asked(
                        Optional.of("trainer"),
                        Optional.of("may-push"),
                        Optional.of("to-partners"),
                        Optional.of(Diary.digest("policy of " + north.daemon)),
                        Optional.of("from-partners"),
                        Optional.of(Diary.digest("policy of " + south.daemon))));
        assertThat(copy.verified()).contains(copy.since());
        assertThat(copy.entries())
                .containsExactly(
                        new EntryRef(north.origin, 0, Predicate.TRANSFER_INTENT),
                        new EntryRef(north.origin, 1, Predicate.SEAL),
                        new EntryRef(north.origin, 2, Predicate.TRANSFER_RECEIPT),
                        new EntryRef(south.origin, 0, Predicate.TRANSFER_INTENT),
                        new EntryRef(south.origin, 1, Predicate.SEAL),
                        new EntryRef(south.origin, 2, Predicate.POSSESSION),
                        new EntryRef(south.origin, 3, Predicate.TRANSFER_RECEIPT));
    }

    @Test
    void what_has_ended_says_when() {
        Diary.whole(move, clock);
        south.destroying(move, true);
        south.destroyed(move, true);
        assertThat(at(Diary.checkpoints(south), south).until())
                .contains(south.says.getLast().time());
    }

    // ---- a transfer, by its source's word alone

    static Stream<Arguments> atSource() {
        BiConsumer<Diary, Move> receipt = (there, move) -> there.say(Diary.receipt(move, new Diary.Clock()));
        BiConsumer<Diary, Move> exposed = (there, move) -> there.abort(move, 1);
        BiConsumer<Diary, Move> unexposed = (there, move) -> there.abort(move, 0);
        return Stream.of(
                Arguments.of("possible", List.of()),
                Arguments.of("receipted", List.of(receipt)),
                Arguments.of("receipted", List.of(receipt, unexposed)),
                Arguments.of("partial", List.of(exposed)),
                Arguments.of("partial", List.of(exposed, unexposed)),
                Arguments.of("", List.of(unexposed)),
                Arguments.of("", List.of(unexposed, exposed)));
    }

    @ParameterizedTest
    @MethodSource("atSource")
    void the_sources_ledger_decides_where_the_destinations_is_not_there(
            String state, List<BiConsumer<Diary, Move>> entries) {
        north.intent(move);
        entries.forEach(entry -> entry.accept(north, move));
        assertThat(copies(Diary.checkpoints(north)))
                .extracting(copy -> copy.state().label())
                .isEqualTo(state.isEmpty() ? List.of() : List.of(state));
    }

    @Test
    void a_copy_by_the_sources_word_is_where_its_intent_says() {
        north.intent(move);
        Copy possible = at(Diary.checkpoints(north), south);
        assertThat(possible.holder()).isEqualTo(south.daemon);
        assertThat(possible.from()).contains(north.daemon);
        assertThat(possible.since()).isEqualTo(north.says.getFirst().time());
        assertThat(possible.asked().principal()).contains("asked-at-source");
        assertThat(possible.asked().destinationRule()).isEmpty();
        assertThat(possible.verified()).isEmpty();
        north.say(Diary.receipt(move, clock));
        Copy receipted = at(Diary.checkpoints(north), south);
        assertThat(receipted.state()).isEqualTo(State.RECEIPTED);
        assertThat(receipted.since()).isEqualTo(north.says.getLast().time());
    }

    @Test
    void a_destinations_ledger_that_is_older_than_the_transfer_leaves_the_word_to_the_source() {
        Diary.whole(move, clock);
        south.says.clear();
        assertThat(at(Diary.checkpoints(north, south), south).state()).isEqualTo(State.RECEIPTED);
    }

    @Test
    void without_an_intent_there_is_no_copy_of_a_transfer() {
        south.publishing(move);
        assertThat(Diary.checkpoints(south)).isEmpty();
    }

    // ---- directories that came another way

    @Test
    void what_was_adopted_is_held_until_its_own_end() {
        south.adopted(move);
        Copy held = at(Diary.checkpoints(south), south);
        assertThat(held.state()).isEqualTo(State.HELD);
        assertThat(held.from()).isEmpty();
        assertThat(held.transfer()).isEmpty();
        south.released(Move.of(2, north, south, "run7/step-200"), false); // another name
        south.released(move, true); // of a transfer
        assertThat(at(Diary.checkpoints(south), south).state()).isEqualTo(State.HELD);
        south.destroying(move, false);
        assertThat(at(Diary.checkpoints(south), south).state()).isEqualTo(State.DESTROYING);
        south.destroyed(move, false);
        Copy destroyed = at(Diary.checkpoints(south), south);
        assertThat(destroyed.state()).isEqualTo(State.DESTROYED);
        assertThat(destroyed.until()).contains(south.says.getLast().time());
        assertThat(destroyed.entries())
                .extracting(EntryRef::what)
                .containsExactly(Predicate.POSSESSION, Predicate.DESTRUCTION_INTENT, Predicate.DESTRUCTION);
    }

    @Test
    void an_adoption_is_over_for_its_rule_at_the_next_one_of_the_same_name() {
        south.adopted(move);
        Move other = new Move(
                move.id(), north, south, move.volume(), move.name(), Diary.digest("tree 2"), Diary.digest("content 2"));
        south.adopted(other);
        south.released(move, false);
        assertThat(copies(Diary.checkpoints(south))).extracting(Copy::state).containsOnly(State.HELD);
        south.released(other, false);
        assertThat(copies(Diary.checkpoints(south)))
                .filteredOn(copy -> copy.tree().equals(Optional.of(other.tree())))
                .singleElement()
                .satisfies(copy -> assertThat(copy.state()).isEqualTo(State.RELEASED));
    }

    // ---- what others do not bear out

    @Test
    void half_a_receipt_is_as_good_as_the_ledger_that_is_not_heard() {
        Diary.whole(move, clock);
        Copy both = at(Diary.checkpoints(north, south), south);
        assertThat(both.unheard()).isEmpty();
        assertThat(both.unsure()).isFalse();
        Copy one = at(Diary.checkpoints(south), south);
        assertThat(one.state()).isEqualTo(State.HELD);
        assertThat(one.unheard()).contains(north.origin);
        assertThat(one.unsure()).isTrue();
        assertThat(at(Diary.checkpoints(north), south).unheard()).contains(south.origin);
    }

    @Test
    void a_receipt_that_is_contradicted_counts_for_nothing_and_one_that_is_only_missing_stays() {
        Diary.whole(move, clock);
        south.doubted.put(3, Kind.RECEIPT_SIGNATURE);
        Copy contradicted = at(Diary.checkpoints(north, south), south);
        assertThat(contradicted.state()).isEqualTo(State.ONE_SIDED);
        assertThat(contradicted.entries()).contains(new EntryRef(south.origin, 3, Predicate.TRANSFER_RECEIPT));
        south.doubted.put(3, Kind.RECEIPT_MISSING);
        Copy missing = at(Diary.checkpoints(north, south), south);
        assertThat(missing.state()).isEqualTo(State.HELD);
        assertThat(missing.doubts()).containsExactly(new Doubt(south.origin, 3, Kind.RECEIPT_MISSING));
        assertThat(missing.unsure()).isTrue();
    }

    @Test
    void what_is_wrong_weighs_more_than_what_is_missing() {
        Diary.whole(move, clock);
        assertThat(Diary.custody(north, south).verdict()).isEqualTo(Verdict.VERIFIES);
        south.doubted.put(3, Kind.RECEIPT_MISSING);
        assertThat(Diary.custody(north, south).verdict()).isEqualTo(Verdict.INCOMPLETE);
        north.doubted.put(2, Kind.RECEIPT_DIFFERS);
        assertThat(Diary.custody(north, south).verdict()).isEqualTo(Verdict.WRONG);
        Doubts one = new Doubts();
        for (Kind kind : List.of(Kind.SEAL_MISSING, Kind.SEAL_WRONG, Kind.SEAL_MISSING)) {
            one.add(new Finding(kind, "south: entry 1", kind.name(), OptionalLong.of(1)));
        }
        assertThat(one.all(south.origin)).containsExactly(new Doubt(south.origin, 1, Kind.SEAL_WRONG));
    }

    @Test
    void a_receipt_with_another_than_the_peer_of_the_intent_counts_for_nothing() {
        south.intent(move);
        south.publishing(move);
        Move forged = new Move(move.id(), west, south, "v", "n", move.tree(), move.content());
        south.say(Diary.receipt(forged, clock));
        assertThat(at(Diary.checkpoints(north, south, west), south).state()).isEqualTo(State.ONE_SIDED);
        north.intent(move);
        north.say(Diary.receipt(new Move(move.id(), north, west, "v", "n", move.tree(), move.content()), clock));
        assertThat(at(Diary.checkpoints(north, west), south).state()).isEqualTo(State.POSSIBLE);
    }

    /** Time that grows with the square of what a hostile ledger has is time that an auditor does not have. */
    @Test
    @Timeout(30)
    void a_transfer_may_be_named_a_million_times() {
        int many = 1_000_000;
        TransferFacts facts = new TransferFacts(TransferId.of(move.id()));
        for (int i = 0; i < many; i++) {
            facts.entry(i, i == many - 1 ? Predicate.TRANSFER_ABORT : Predicate.TRANSFER_RESUMED);
        }
        assertThat(facts.indexOf(Predicate.TRANSFER_ABORT)).isEqualTo(many - 1);
        assertThat(facts.entries(south.origin)).hasSize(many);
    }

    // ---- sources

    @Test
    void who_sealed_it_had_it() {
        Diary.whole(move, clock);
        Diary.whole(new Move("0".repeat(31) + "2", north, west, "v", "n", move.tree(), move.content()), clock);
        Copy source = at(Diary.checkpoints(north, south), north);
        assertThat(source.state()).isEqualTo(State.SOURCE);
        assertThat(source.place()).isEmpty();
        assertThat(source.since()).isEqualTo(north.says.get(1).time());
        assertThat(source.entries())
                .containsExactly(
                        new EntryRef(north.origin, 1, Predicate.SEAL), new EntryRef(north.origin, 4, Predicate.SEAL));
    }

    @Test
    void a_seal_in_the_destinations_ledger_counts_only_where_the_sources_is_not_there() {
        Diary.whole(move, clock);
        Copy source = at(Diary.checkpoints(south), north);
        assertThat(source.state()).isEqualTo(State.SOURCE);
        assertThat(source.holder()).isEqualTo(north.daemon);
        assertThat(source.entries()).containsExactly(new EntryRef(south.origin, 1, Predicate.SEAL));
        assertThat(source.unheard()).as("nobody has verified the seal").contains(north.origin);
        assertThat(source.unsure()).isTrue();
        north.verdict = Verdict.WRONG;
        assertThat(at(Diary.checkpoints(north, south), north).unheard())
                .as("a ledger that does not verify is not heard")
                .contains(north.origin);
        north.verdict = Verdict.VERIFIES;
        north.says.removeIf(statement -> statement.predicate() == Predicate.SEAL);
        assertThat(copies(Diary.checkpoints(north, south)))
                .extracting(Copy::origin)
                .containsExactly(south.origin);
        south.doubted.put(1, Kind.SEAL_MISSING);
        Copy hidden = at(Diary.checkpoints(north, south), north);
        assertThat(hidden.state())
                .as("it signed the seal, and its own ledger does not say so")
                .isEqualTo(State.SOURCE);
        assertThat(hidden.doubts()).containsExactly(new Doubt(south.origin, 1, Kind.SEAL_MISSING));
        south.doubted.put(1, Kind.SEAL_WRONG);
        assertThat(copies(Diary.checkpoints(north, south)))
                .extracting(Copy::origin)
                .containsExactly(south.origin);
    }

    @Test
    void a_source_that_holds_it_anyway_is_not_told_twice() {
        Diary.whole(move, clock);
        Move on = move.onTo(2, west);
        Diary.whole(on, clock);
        List<Copy> all = copies(Diary.checkpoints(north, south, west));
        assertThat(all)
                .extracting(Copy::origin, Copy::state)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(north.origin, State.SOURCE),
                        org.assertj.core.groups.Tuple.tuple(south.origin, State.HELD),
                        org.assertj.core.groups.Tuple.tuple(west.origin, State.HELD));
        south.released(move, true);
        assertThat(copies(Diary.checkpoints(north, south, west)))
                .filteredOn(copy -> copy.origin().equals(south.origin))
                .extracting(Copy::state)
                .containsExactly(State.SOURCE, State.RELEASED);
    }

    // ---- last verified

    @Test
    void the_newest_possession_of_the_same_place_and_tree_says_when_it_was_verified() {
        Diary.whole(move, clock);
        south.verified(move);
        Instant verified = south.says.getLast().time();
        south.verified(Move.of(2, north, south, "run7/step-200")); // another name
        south.verified(new Move(
                move.id(), north, south, move.volume(), move.name(), Diary.digest("other tree"), move.content()));
        west.verified(move); // another ledger
        assertThat(at(Diary.checkpoints(south, west), south).verified()).contains(verified);
        south.released(move, true);
        south.verified(move); // after the copy has ended
        assertThat(at(Diary.checkpoints(south), south).verified()).contains(verified);
        assertThat(copies(Diary.checkpoints(south)))
                .flatExtracting(Copy::entries)
                .filteredOn(entry -> entry.what() == Predicate.POSSESSION)
                .hasSize(1);
    }

    @Test
    void what_was_verified_before_a_copy_began_is_not_its_date() {
        south.verified(move);
        south.adopted(move);
        assertThat(at(Diary.checkpoints(south), south).verified())
                .contains(south.says.getLast().time());
    }

    // ---- contents

    @Test
    void copies_of_one_content_are_one_checkpoint_whatever_they_are_called() {
        Diary.whole(move, clock);
        Move other = new Move(
                "0".repeat(31) + "2", south, west, "archive", "old", Diary.digest("other modes"), move.content());
        Diary.whole(other, clock);
        assertThat(Diary.checkpoints(north, south, west)).singleElement().satisfies(checkpoint -> {
            assertThat(checkpoint.content()).isEqualTo(move.content());
            assertThat(checkpoint.trees())
                    .containsExactly(
                            Stream.of(move.tree(), other.tree()).sorted().toArray(String[]::new));
            assertThat(checkpoint.names()).containsExactly("archive/old", "models/run7/step-100");
            assertThat(checkpoint.size()).contains(new Checkpoint.Size(Diary.FILES, Diary.BYTES));
        });
    }

    @Test
    void a_content_that_nobody_says_is_a_checkpoint_of_its_own_and_stands_last() {
        Diary.whole(move, clock);
        Move late = Move.of(9, north, south, "b");
        Move early = Move.of(8, north, south, "a");
        south.intent(late);
        south.intent(early);
        List<Checkpoint> all = Diary.checkpoints(south);
        assertThat(all).extracting(Checkpoint::content).containsExactly(move.content(), "", "");
        assertThat(all.get(1).copies().getFirst().transfer()).contains(early.id());
        assertThat(all.get(2).size()).isEmpty();
    }

    @Test
    void the_content_may_be_said_by_the_other_side() {
        south.intent(move);
        north.intent(move);
        north.pending(move);
        assertThat(Diary.checkpoints(south, north)).singleElement().satisfies(checkpoint -> {
            assertThat(checkpoint.content()).isEqualTo(move.content());
            assertThat(checkpoint.trees()).containsExactly(move.tree());
            assertThat(checkpoint.size()).isEmpty();
        });
    }

    @Test
    void a_third_daemon_has_no_say_in_what_a_transfer_brought() {
        Diary.whole(move, clock);
        Diary third = new Diary("aaa", clock); // before both by its origin
        Move forged = new Move(
                move.id(), north, third, "v", "n", Diary.digest("forged tree"), Diary.digest("forged content"));
        List<BiConsumer<Diary, Move>> claims =
                List.of(Diary::publishing, (there, what) -> there.say(Diary.receipt(what, clock)), Diary::pending);
        claims.forEach(claim -> claim.accept(third, forged));
        assertThat(Diary.checkpoints(third, north, south)).singleElement().satisfies(checkpoint -> {
            assertThat(checkpoint.content()).isEqualTo(move.content());
            assertThat(checkpoint.trees()).containsExactly(move.tree());
        });
        assertThat(Diary.checkpoints(third, north))
                .as("the source's word alone")
                .extracting(Checkpoint::content)
                .containsExactly(move.content());
        north.says.removeIf(statement -> statement.predicate() != Predicate.TRANSFER_INTENT);
        assertThat(Diary.checkpoints(third, north))
                .as("neither side says what it is")
                .extracting(Checkpoint::content, Checkpoint::size)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("", Optional.empty()));
        assertThat(copies(Diary.checkpoints(third, north)))
                .flatExtracting(Copy::entries)
                .as("but what names the transfer is told")
                .hasSize(4);
    }

    @Test
    void the_destinations_word_comes_before_the_sources() {
        south.intent(move);
        south.pending(move);
        Move other = new Move(
                move.id(), north, south, move.volume(), move.name(), Diary.digest("tree 2"), Diary.digest("content 2"));
        north.intent(other);
        north.seal(other);
        assertThat(Diary.checkpoints(north, south))
                .filteredOn(
                        checkpoint -> checkpoint.copies().getFirst().origin().equals(south.origin))
                .singleElement()
                .satisfies(checkpoint -> {
                    assertThat(checkpoint.content()).isEqualTo(move.content());
                    assertThat(checkpoint.trees()).containsExactly(move.tree());
                });
    }

    @Test
    void a_copy_that_had_ended_before_it_began_was_never_verified() {
        south.intent(move);
        south.released(move, true);
        south.publishing(move);
        south.verified(move);
        assertThat(at(Diary.checkpoints(south), south).verified()).isEmpty();
    }

    // ---- ledgers

    @Test
    void ledgers_that_others_name_and_that_are_not_there_are_missing() {
        Diary.whole(move, clock);
        Diary.whole(move.onTo(2, west), clock);
        assertThat(Diary.custody(south).missing())
                .containsExactly(
                        new MissingLedger(north.origin, north.daemon), new MissingLedger(west.origin, west.daemon));
        assertThat(Diary.custody(north, south, west).missing()).isEmpty();
    }

    @Test
    void a_ledger_that_does_not_verify_is_told_and_says_nothing() {
        Diary.whole(move, clock);
        south.released(move, true);
        south.verdict = Verdict.WRONG;
        Custody custody = Diary.custody(north, south);
        assertThat(custody.ledgers())
                .extracting(GivenLedger::origin, GivenLedger::daemon, GivenLedger::verdict)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(north.origin, north.daemon, Verdict.VERIFIES),
                        org.assertj.core.groups.Tuple.tuple(south.origin, "", Verdict.WRONG));
        assertThat(custody.missing()).as("it was given").isEmpty();
        assertThat(at(Diary.checkpoints(north, south), south).state()).isEqualTo(State.RECEIPTED);
        south.verdict = Verdict.INCOMPLETE;
        assertThat(copies(Diary.checkpoints(north, south)))
                .filteredOn(copy -> copy.origin().equals(south.origin))
                .extracting(Copy::state)
                .containsExactly(State.RELEASED);
    }

    @Test
    void two_ledgers_of_one_origin_are_refused() {
        assertThatThrownBy(() -> Custody.of(List.of(north.heard(), new Diary("north", clock).heard())))
                .isInstanceOf(Custody.SameOriginException.class)
                .hasMessageContaining(north.origin);
    }

    // ---- the object

    @Test
    void the_object_is_canonical_and_has_the_members_of_the_specification() throws IOException {
        Diary.whole(move, clock);
        south.intent(Move.of(3, west, south, "\ud83d\ude00/\uffee"));
        StringBuilder text = new StringBuilder();
        Diary.custody(north, south).json(text);
        Map<String, Object> object =
                CanonicalJson.readObject(text.toString().getBytes(StandardCharsets.UTF_8), 1 << 20, 8);
        assertThat(object.keySet()).containsExactly("checkpoints", "ledgers", "missing", "version");
        assertThat(object.get("version")).isEqualTo(1L);
        assertThat(object.get("missing")).isEqualTo(List.of(Map.of("origin", west.origin, "daemon", west.daemon)));
        assertThat(text)
                .contains("\"files\":3,\"logicalBytes\":\"4000000000\",\"names\":[\"models/run7/step-100\"]")
                .contains("\"since\":\"2026-03-01T08:")
                .contains("{\"index\":3,\"origin\":\"ledger.example.org/south\",\"what\":\"transfer-receipt\"}")
                .contains("\"state\":\"possible\"");
    }

    @Test
    void nothing_given_says_nothing() throws IOException {
        StringBuilder text = new StringBuilder();
        Diary.custody().json(text);
        assertThat(text).hasToString("{\"checkpoints\":[],\"ledgers\":[],\"missing\":[],\"version\":1}");
        south.adopted(move);
        assertThat(south.says).allMatch(Possession.class::isInstance);
    }
}
