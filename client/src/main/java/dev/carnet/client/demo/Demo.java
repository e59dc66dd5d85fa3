package dev.carnet.client.demo;

import dev.carnet.client.verify.CheckpointRecords;
import dev.carnet.client.verify.Names;
import dev.carnet.client.verify.ProgressLine;
import dev.carnet.client.verify.Screen;
import dev.carnet.client.verify.Statement;
import dev.carnet.client.verify.Verifier;
import dev.carnet.client.verify.VerifyException;
import dev.carnet.client.verify.VerifyProgress;
import dev.carnet.client.verify.VerifyReport;
import dev.carnet.client.verify.VerifyText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/** The story, from one end to the other. One run per object. */
public final class Demo {

    private static final String VOLUME = "inbox";

    private final DemoOptions options;
    private final Narrator narrator;
    private final LongSupplier nanoTime;
    private final Ends ends = new Ends();
    private volatile boolean interrupted;

    /**
     * Prepares a run.
     *
     * @param story where the story is told
     * @param screen where progress is shown
     */
    public Demo(DemoOptions options, PrintWriter story, Screen screen, LongSupplier nanoTime) {
        this.options = options;
        this.narrator = new Narrator(story, screen, nanoTime);
        this.nanoTime = nanoTime;
    }

    /**
     * Runs it. The daemons are stopped when it returns or throws, unless they are to be kept; Ctrl-C stops them too.
     *
     * @return the outcome as one JSON object
     */
    public String run() throws DemoException, IOException, InterruptedException {
        Launchers launchers = Launchers.find(options.home());
        Thread hook = Thread.ofPlatform().unstarted(this::interrupt);
        Runtime.getRuntime().addShutdownHook(hook);
        boolean well = false;
        try {
            String json = tell(launchers).json();
            well = true;
            return json;
        } catch (DemoException | IOException e) {
            if (interrupted) { // what fails under a Ctrl-C fails because of it
                throw (InterruptedException) new InterruptedException().initCause(e);
            }
            throw e;
        } finally {
            if (!well || !options.keep()) {
                ends.stop();
            }
            if (!interrupted) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }

    private void interrupt() {
        interrupted = true;
        ends.stop();
        narrator.plain("Interrupted; both daemons are stopped.");
    }

    private DemoResult tell(Launchers launchers) throws DemoException, IOException, InterruptedException {
        if (launchers.allowRoot()) {
            narrator.plain("Running as root: both daemons are started with --allow-root.");
        }
        narrator.step("What to move");
        Path given = options.checkpoint().orElse(null);
        Source named = given == null ? null : Source.given(given);
        WorkFolder work = WorkFolder.make(
                options.work(), java.util.Optional.ofNullable(named).map(Source::path));
        narrator.say("everything of this demo lies in " + work.root());
        Source source = named != null ? named : Source.weights(work.sourceVolume(), launchers.checkout(), narrator);
        narrator.done(source.text());
        try {
            ends.prepare(work, source, VOLUME, launchers, narrator);
            ends.start(narrator);
            DemoAudit auditor = new DemoAudit(work.audit(), ends.sender(), ends.receiver());
            auditor.handOver(work.root().resolve("ca"));
            return move(work, source, launchers, auditor);
        } catch (DemoException e) {
            throw new DemoException(e.kind(), e.getMessage() + "\n" + ends.logs(), e);
        }
    }

    private DemoResult move(WorkFolder work, Source source, Launchers launchers, DemoAudit auditor)
            throws DemoException, IOException, InterruptedException {
        long limit = PushLimit.of(source.size().bytes());
        narrator.step("Push from " + ends.sender().name() + " to "
                + ends.receiver().name()
                + (limit == 0 ? "" : ", slowed to " + VerifyText.bytes(limit) + "/s so that one can interrupt it"));
        String transfer = ends.sender()
                .api()
                .push(source.path().toString(), ends.receiver().name(), VOLUME, source.name(), limit);
        long half = source.size().bytes() / 2;
        TransferState before = watch(ends.sender(), transfer, source)
                .until(state ->
                        state.finished() || !state.state().equals("OPEN") || (half > 0 && state.bytesHeld() >= half));
        narrator.done("transfer " + transfer + ": " + held(before.bytesHeld(), source));

        TransferState back = killAndRestart(transfer, source);

        narrator.step("The transfer goes on by itself");
        watch(ends.sender(), transfer, source).until(TransferState::finished);
        TransferState arrived = watch(ends.receiver(), transfer, source).until(TransferState::finished);
        Path published = Path.of(arrived.published().orElseThrow(() -> missing("where it published")));
        Path receipt = Path.of(arrived.receipt().orElseThrow(() -> missing("where the receipt lies")));
        Statement statement = Statement.read(Files.readAllBytes(receipt));
        long resent = statement.predicate().path("resentBytes").asLong();
        narrator.done(
                arrived.state() + ": published as " + Names.show(published.toString()) + "; " + VerifyText.bytes(resent)
                        + " of " + VerifyText.bytes(source.size().bytes()) + " sent again");

        VerifyReport report = verify(source, published);
        narrator.step("The receipt, signed by both");
        ReceiptText.lines(statement).forEach(narrator::say);
        narrator.step("Both ledgers, as an auditor verifies them");
        auditor.audit(narrator);
        DemoResult result = new DemoResult(
                source.path(),
                published,
                report.tree().files(),
                report.tree().logicalBytes(),
                statement.predicate().path("wireBytes").asLong(),
                resent,
                report.tree().treeDigest().hex(),
                report.tree().contentDigest().hex(),
                receipt,
                transfer,
                before.bytesHeld(),
                back.bytesHeld(),
                work.root(),
                work.own(),
                auditor,
                ends);
        finish(result, report, launchers);
        return result;
    }

    private TransferState killAndRestart(String transfer, Source source)
            throws DemoException, IOException, InterruptedException {
        End receiver = ends.receiver();
        narrator.step("kill -9 of the receiver, in the middle of it");
        long pid = receiver.process().pid();
        receiver.process().kill();
        narrator.say("process " + pid + " is gone");
        ends.sender().process().requireAlive();
        receiver.process().start();
        receiver.process().awaitReady(receiver.api()::answers);
        TransferState back = watch(receiver, transfer, source).until(_ -> true);
        narrator.done("started again as process " + receiver.process().pid() + "; " + held(back.bytesHeld(), source)
                + ", none of it is hashed again");
        return back;
    }

    /** Nothing here asks a daemon: the record beside the checkpoint, the disk, and the source. */
    private VerifyReport verify(Source source, Path published) throws DemoException, IOException {
        narrator.step("Verify what arrived, without believing the transfer");
        VerifyReport report = rehash(published);
        if (!report.verifies()) {
            VerifyText.lines(report).forEach(narrator::say);
            throw new DemoException(DemoException.Kind.DOES_NOT_VERIFY, published + " does not verify");
        }
        narrator.say("every byte hashed again: " + report.tree().files() + " files and "
                + report.tree().directories() + " folders are what the recorded tree says");
        long files = compareBytes(source, report.records());
        if (files != source.size().files()) {
            throw new DemoException(
                    DemoException.Kind.DOES_NOT_VERIFY,
                    "the source has " + source.size().files() + " files, published are " + files);
        }
        narrator.done("every byte compared with the source: the same");
        return report;
    }

    private VerifyReport rehash(Path published) throws DemoException, IOException {
        VerifyProgress progress = new VerifyProgress();
        try (ProgressLine _ = narrator.live(() -> VerifyText.progress(progress))) {
            return new Verifier().verify(published, OptionalInt.empty(), progress);
        } catch (VerifyException e) {
            throw new DemoException(DemoException.Kind.DOES_NOT_VERIFY, String.valueOf(e.getMessage()), e);
        }
    }

    private long compareBytes(Source source, CheckpointRecords records) throws DemoException, IOException {
        ByteComparison comparison = new ByteComparison();
        try (ProgressLine _ = narrator.live(() -> "comparing bytes: " + VerifyText.bytes(comparison.compared()))) {
            return comparison.compare(source.path(), records);
        }
    }

    private void finish(DemoResult result, VerifyReport report, Launchers launchers) {
        if (!options.keep()) {
            ends.stop();
        }
        narrator.step("Where everything lies, and what to try by hand");
        new NextSteps(launchers, ends, VOLUME, options.keep())
                .lines(result, report)
                .forEach(narrator::say);
        narrator.plain((options.keep() ? "Done; both daemons go on running. " : "Done; both daemons are stopped. ")
                + narrator.elapsed());
    }

    private PushWatch watch(End end, String transfer, Source source) {
        return new PushWatch(end.api(), transfer, source.size().bytes(), ends::requireAlive, narrator, nanoTime);
    }

    private static String held(long bytes, Source source) {
        return VerifyText.bytes(bytes) + " of " + VerifyText.bytes(source.size().bytes())
                + " are verified and on stable storage";
    }

    private static DemoException missing(String what) {
        return new DemoException(
                DemoException.Kind.REFUSED, "the receiver has closed the transfer and does not say " + what);
    }
}
