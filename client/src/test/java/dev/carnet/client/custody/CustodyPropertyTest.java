package dev.carnet.client.custody;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.client.audit.Verdict;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.ledger.TransferReceipt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random histories, sensible and absurd ones: the result is the oracle's, byte for byte, and does not depend on the order in which ledgers are given. */
class CustodyPropertyTest {
    private static final int HISTORIES = 400;

    private static String json(List<Diary> given) throws IOException {
        StringBuilder text = new StringBuilder();
        Diary.custody(given).json(text);
        return text.toString();
    }

    /** Some receipts, and seals of others, as a comparison would. */
    private static void doubt(List<Diary> given, Random random) {
        List<Diary> good =
                given.stream().filter(diary -> diary.verdict != Verdict.WRONG).toList();
        for (Diary diary : good) {
            for (int i = 0; i < diary.says.size(); i++) {
                Statement says = diary.says.get(i);
                boolean ofOther = good.stream().anyMatch(other -> other != diary && other.origin.equals(says.origin()));
                boolean wrong = random.nextBoolean();
                if (random.nextInt(3) == 0 && says instanceof TransferReceipt) {
                    diary.doubted.put(i, wrong ? Kind.RECEIPT_SIGNATURE : Kind.RECEIPT_MISSING);
                } else if (random.nextInt(3) == 0 && says instanceof Seal && ofOther) {
                    diary.doubted.put(i, wrong ? Kind.SEAL_WRONG : Kind.SEAL_MISSING);
                }
            }
        }
    }

    @Test
    void the_result_is_the_oracles_in_whatever_order_ledgers_are_given() throws IOException {
        Set<String> states = new HashSet<>();
        for (int seed = 0; seed < HISTORIES; seed++) {
            RandomHistory history = new RandomHistory(seed, diary -> diary);
            Random random = history.random;
            List<Diary> given = new ArrayList<>(history.daemons);
            given.removeIf(diary -> random.nextInt(4) == 0);
            for (Diary diary : given) {
                diary.verdict = random.nextInt(6) == 0 ? Verdict.WRONG : Verdict.INCOMPLETE;
            }
            doubt(given, random);
            String expected = new CustodyOracle(given).json();
            assertThat(json(given)).as("seed %d", seed).isEqualTo(expected);
            Collections.shuffle(given, random);
            assertThat(json(given)).as("seed %d, in another order", seed).isEqualTo(expected);
            for (State state : State.values()) {
                if (expected.contains("\"state\":\"" + state.label() + "\"")) {
                    states.add(state.label());
                }
            }
        }
        assertThat(states).as("histories in which every state comes up").hasSize(State.values().length);
    }
}
