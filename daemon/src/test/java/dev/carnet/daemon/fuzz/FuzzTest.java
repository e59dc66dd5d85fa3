package dev.carnet.daemon.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every target with its committed inputs, and for half a second with what comes of them by accident. Without Jazzer: no agent, no coverage. {@code -Pfuzz} is the
 * real thing (daemon/docs/testing.md). {@code -Dcarnet.seed=N} repeats one accident.
 */
class FuzzTest {
    private static final long MILLIS = Boolean.getBoolean("carnet.campaign") ? 60_000 : 500;
    private static final int CORPUS_BYTES_MAX = 1 << 20;

    @TestFactory
    Stream<DynamicTest> committed_inputs() {
        return Targets.ALL.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> {
                    List<Path> inputs = Corpus.inputs(e.getKey());
                    assertThat(inputs).as("the corpus of " + e.getKey()).isNotEmpty();
                    for (Path input : inputs) {
                        try {
                            Bounds.run(e.getValue(), Corpus.bytes(input));
                        } catch (Exception | Error broken) {
                            throw new AssertionError(input + ": " + broken, broken);
                        }
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> accidents() {
        return Targets.ALL.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> accidents(e.getKey(), e.getValue())));
    }

    private static void accidents(String name, Target target) {
        List<byte[]> seeds = Corpus.inputs(name).stream().map(Corpus::bytes).toList();
        boolean one = System.getProperty("carnet.seed") != null;
        long seed = Long.getLong("carnet.seed", System.nanoTime());
        long end = System.nanoTime() + MILLIS * 1_000_000;
        do {
            byte[] input = Mutation.of(seeds, new Random(seed));
            try {
                Bounds.run(target, input);
            } catch (Exception | Error broken) {
                throw new AssertionError(
                        name + ", -Dcarnet.seed=" + seed + ", input "
                                + HexFormat.of().formatHex(input) + ": " + broken,
                        broken);
            }
            seed++;
        } while (!one && System.nanoTime() < end);
    }

    /** A corpus is small, and none is left of a target that is gone. */
    @Test
    void corpora_belong_to_targets() throws IOException {
        long bytes = 0;
        try (Stream<Path> files = Files.walk(Corpus.root())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        assertThat(bytes).isLessThan(CORPUS_BYTES_MAX);
        try (Stream<Path> folders = Files.list(Corpus.root())) {
            assertThat(folders.map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Targets.ALL.keySet());
        }
    }
}
