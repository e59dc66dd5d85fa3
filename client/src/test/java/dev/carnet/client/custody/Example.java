package dev.carnet.client.custody;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A realistic history of five daemons: a checkpoint that went on, was destroyed, broken off, adopted; one ledger is not given. */
public final class Example {
    final Diary.Clock clock = new Diary.Clock();
    final Diary trainer = diary("trainer");
    final Diary archive = diary("archive");
    final Diary serving = diary("serving-eu");
    final Diary partner = diary("partner-lab");
    final Diary edge = diary("edge-7");
    final Diary observer = new Diary("observer.example.net", "observer", clock).withKeys();
    final List<Diary> given = List.of(trainer, archive, serving, partner);
    final WrittenLedgers written;

    public Example(Path directory) {
        written = new WrittenLedgers(directory, List.of(trainer, archive, serving, partner, edge));
        Move step = Move.of(1, trainer, archive, "run7/step-40000");
        Diary.whole(step, clock);
        clock.wait(Duration.ofHours(20));
        Move toServing = step.onTo(2, serving);
        Diary.whole(toServing, clock);
        clock.wait(Duration.ofHours(6));
        Move toPartner = step.onTo(3, partner);
        Diary.whole(toPartner, clock);
        clock.wait(Duration.ofDays(2));
        archive.verified(step);
        Move toEdge = toServing.onTo(4, edge); // whose ledger is not given
        Diary.whole(toEdge, clock);
        partner.destroying(toPartner, true);
        partner.destroyed(toPartner, true);

        Move next = Move.of(5, trainer, archive, "run7/step-50000");
        Diary.whole(next, clock);
        Move broken = next.onTo(6, serving);
        serving.intent(broken);
        archive.intent(broken);
        archive.seal(broken);
        serving.abort(broken, 1_700_000_000L);
        archive.abort(broken, 1_800_000_000L);
        Move begun = next.onTo(7, partner);
        partner.intent(begun);
        archive.intent(begun);
        Move again = next.onTo(8, serving);
        serving.intent(again);
        archive.intent(again);
        serving.publishing(again);

        Move base = Move.of(9, trainer, archive, "base/open-weights-8b");
        archive.adopted(base);
        clock.wait(Duration.ofDays(1));
        archive.verified(base);
    }

    private Diary diary(String name) {
        return new Diary(name, clock).withKeys();
    }

    /** Whose word counts: that of all five, with the observer's cosignature. */
    public String trust() {
        List<Diary> all = new ArrayList<>(given);
        all.add(edge);
        return WrittenLedgers.trust(all, observer);
    }

    /** The directories of those that are given: trainer, archive, serving-eu, partner-lab. */
    public List<Path> write() throws IOException {
        for (Diary diary : given) {
            written.write(diary, List.of(observer));
        }
        return given.stream().map(written::directory).toList();
    }

    /** The archive's ledger, in which somebody else has signed what the trainer should have: it verifies by itself. */
    public Path writeForged(Path directory) throws IOException {
        Diary forger = diary("trainer");
        return new WrittenLedgers(directory, List.of(forger, archive, serving, partner, edge))
                .write(archive, List.of(observer));
    }

    /** The directory of the one that the others name and that is not among {@link #write}. */
    public Path writeMissing() throws IOException {
        return written.write(edge, List.of(observer));
    }
}
