package dev.carnet.daemon.api;

import dev.carnet.daemon.question.Kernel;
import dev.carnet.daemon.question.PeerJob;
import dev.carnet.daemon.question.PeerPage;
import dev.carnet.daemon.question.PeerQuestions;
import dev.carnet.daemon.question.PeerReport;
import dev.carnet.daemon.transfer.TransferException;
import dev.carnet.daemon.transport.Reach;
import dev.carnet.proto.wire.v1.Code;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Peers that answer at once: {@code b} well, {@code c} never. */
final class FakeQuestions implements PeerQuestions {
    static final String JOB = "000000000000000000000000000000bb";

    @Override
    public Optional<String> peer(String alias) {
        return alias.matches("[bc]") ? Optional.of("spiffe://a.test/" + alias) : Optional.empty();
    }

    private static void answers(String alias) {
        if (alias.equals("c")) {
            throw new TransferException(Code.TIMEOUT, "there is no session with spiffe://a.test/c");
        }
    }

    @Override
    public PeerPage list(String alias, String volume, String after, int max) {
        answers(alias);
        if (volume.equals("broken")) {
            throw new TransferException(Code.INTERNAL, "spiffe://a.test/b refuses: a bug");
        }
        return new PeerPage(
                List.of(new PeerPage.Line(
                        after + "run", "ab".repeat(32), "cd".repeat(32), max, 2, FakeTransfers.THEN, null)),
                after.length() < 6);
    }

    @Override
    public PeerJob verify(String alias, String volume, String name, String principal) {
        answers(alias);
        return job(alias, volume, name, principal);
    }

    private static PeerJob job(String alias, String volume, String name, String principal) {
        return new PeerJob(
                JOB,
                alias,
                volume,
                name,
                principal,
                PeerJob.DONE,
                FakeTransfers.THEN,
                FakeTransfers.THEN,
                null,
                null,
                null,
                null,
                new PeerJob.Found(
                        "verified",
                        FakeTransfers.THEN,
                        "ab".repeat(32),
                        "cd".repeat(32),
                        2,
                        7,
                        new byte[] {1, 2, 3},
                        "ef".repeat(32)));
    }

    @Override
    public Optional<PeerJob> job(String id) {
        return jobs().stream().filter(job -> job.id().equals(id)).findFirst();
    }

    @Override
    public Optional<PeerJob> cancel(String id) {
        return job(id);
    }

    @Override
    public List<PeerJob> jobs() {
        return List.of(job("b", "models", "run", "local"));
    }

    @Override
    public PeerReport test(String alias, int seconds, int streams) {
        answers(alias);
        return new PeerReport(
                alias,
                "spiffe://a.test/" + alias,
                null,
                new PeerReport.Line(
                        true,
                        "X25519MLKEM768",
                        "TLS_AES_256_GCM_SHA384",
                        FakeTransfers.THEN,
                        1.5,
                        (double) seconds,
                        2e8,
                        streams),
                List.of(new Reach("10.0.0.3:7443", false, Duration.ofMillis(3), "refused")),
                new PeerReport.TheyDial(PeerReport.TheyDial.WORKS, null),
                new Kernel.Facts("cubic", List.of("cubic"), 1, 2, 3, 4),
                List.of("more streams"));
    }
}
