package dev.carnet.perf.ledger;

import static dev.carnet.perf.ledger.Figures.say;

import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.EntryVisitor;
import dev.carnet.client.audit.HashCheck;
import dev.carnet.client.audit.LedgerCheck;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.audit.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A large ledger verified as an auditor does: its hashes alone, and everything. */
final class Verifications {
    private Verifications() {}

    /** One verification. */
    @FunctionalInterface
    private interface Pass {
        /** Throws where something is found: a figure of a wrong ledger is none. */
        void run() throws Broken;
    }

    /** Hashes alone, on one thread: run it on one core (taskset) for the figure of one core. */
    static void hashes(Path ledger, int size, int rounds) throws Broken {
        measure("hashes", size, rounds, 1, () -> {
            var findings = HashCheck.run(new DirectoryFiles(ledger));
            if (!findings.isEmpty()) {
                throw new IllegalStateException(findings.toString());
            }
        });
    }

    /** Everything, on all cores. */
    static void all(Path ledger, int size, int rounds) throws Broken, IOException {
        Trust trust = Trust.parse(Files.readAllBytes(ledger.resolve(MadeLedger.TRUST)));
        measure("verify", size, rounds, Runtime.getRuntime().availableProcessors(), () -> {
            var result = LedgerCheck.run(new DirectoryFiles(ledger), trust, EntryVisitor.NONE);
            if (result.verdict() != Verdict.VERIFIES) {
                throw new IllegalStateException(result.findings().toString());
            }
        });
        say(
                "memory    most resident %.0f MiB (VmHWM), now %.0f MiB anonymous (RssAnon)",
                Figures.statusMib("VmHWM"), Figures.statusMib("RssAnon"));
    }

    private static void measure(String name, int size, int rounds, int cores, Pass pass) throws Broken {
        List<Double> wall = new ArrayList<>();
        List<Double> processor = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            double before = Figures.processorSeconds();
            long start = System.nanoTime();
            pass.run();
            wall.add(size / Figures.seconds(System.nanoTime() - start) / cores);
            processor.add(size / (Figures.processorSeconds() - before));
            say(
                    "%-9s round %d: %.0f entries/s per core by the clock (%d cores), %.0f per second of processor",
                    name, round, wall.getLast(), cores, processor.getLast());
        }
        say(
                "%-9s median of %d: %.0f entries/s per core by the clock, %.0f per second of processor",
                name, rounds, Figures.median(wall), Figures.median(processor));
    }
}
