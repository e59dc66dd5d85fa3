package dev.carnet.perf.ledger;

import java.nio.file.Path;
import java.util.List;

/** The command line of {@code perf/ledger}. */
public final class LedgerPerf {
    private static final int PROOFS = 20_000;

    private LedgerPerf() {}

    /** {@code append WORK ROUNDS SECONDS}, {@code make|hashes|verify WORK ENTRIES ROUNDS}, {@code proofs WORK ENTRIES}, {@code transfers WORK COUNT ROUNDS}. */
    public static void main(String... args) throws Exception {
        Figures.machine();
        List<String> words = List.of(args);
        Path work = Path.of(words.get(1)).toAbsolutePath();
        switch (words.getFirst()) {
            case "append" ->
                new Appends(work.resolve("append-" + System.nanoTime()), number(words, 2), number(words, 3)).run();
            case "make" -> MadeLedger.at(work, number(words, 2));
            case "hashes" ->
                Verifications.hashes(MadeLedger.at(work, number(words, 2)), number(words, 2), number(words, 3));
            case "verify" ->
                Verifications.all(MadeLedger.at(work, number(words, 2)), number(words, 2), number(words, 3));
            case "proofs" -> new ProofTimes(MadeLedger.at(work, number(words, 2)), PROOFS).run();
            case "transfers" -> new Transfers(work, Path.of(words.get(4)), number(words, 2), number(words, 3)).run();
            default -> throw new IllegalArgumentException("no such measurement: " + words.getFirst());
        }
    }

    private static int number(List<String> words, int at) {
        return Integer.parseInt(words.get(at));
    }
}
