package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.transfer.Leaving.Act;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.proto.ledger.Destruction;
import dev.carnet.proto.ledger.DestructionIntent;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.PossessionReleased;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.wire.v1.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints leave the catalogue: with their files or without, and never by accident. */
class LeavingTest {
    private static final long WAIT_SECONDS = 60;
    private static final Holdings.Progress QUIET = (files, bytes, total) -> {};

    @TempDir(factory = FastDisk.class)
    private Path work;

    private Site source;
    private Site site;
    private FakeLine line;
    private int jobs;

    @BeforeEach
    void start() throws Exception {
        Map<String, X509Certificate> anchors = new HashMap<>();
        source = new Site(work.resolve("s"), "source.example", anchors);
        site = new Site(work.resolve("d"), "destination.example", anchors);
        line = new FakeLine(source.spiffeId, source.origin(), site.spiffeId, site.origin());
        open();
    }

    private void open() throws Exception {
        source.start(line.end(0), line.end(0).pool(), site.spiffeId);
        site.start(line.end(1), line.end(1).pool(), source.spiffeId);
    }

    @AfterEach
    void stop() {
        source.close();
        site.close();
        assertThat(source.fatal).isEmpty();
        assertThat(site.fatal).isEmpty();
    }

    private Path model(Site where, String name) throws Exception {
        Path root = where.volumePath().resolve(name);
        Files.createDirectories(root.resolve("sub/empty"));
        Files.write(root.resolve("weights"), new byte[5 << 20]);
        Files.writeString(root.resolve("sub/config"), "{}");
        return root;
    }

    private String push(Path from, String name) {
        return source.engine()
                .push(new PushRequest("local", Caller.DAEMON, from.toString(), "peer", "v", name, false, 0, 0))
                .id();
    }

    private static TransferView await(Site site, String id, Predicate<TransferView> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        TransferView view = null;
        while (System.nanoTime() < deadline) {
            view = site.engine().get(id).orElse(null);
            if (view != null && wanted.test(view)) {
                return view;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("not in " + WAIT_SECONDS + " s: " + view);
    }

    private String published(String name) throws Exception {
        line.connect();
        String id = push(model(source, "model"), name);
        assertThat(await(source, id, TransferView::finished).state()).isEqualTo("CLOSED");
        await(site, id, view -> view.finished() && view.receipt() != null);
        return id;
    }

    private Sealing.Done adopt(Path path, Sealing.Act act) {
        Sealing sealing = site.engine().sealing();
        return sealing.run(
                act, sealing.target(act, "local", path.toString()), Caller.DAEMON, job(), QUIET, () -> false);
    }

    private Leaving.Done leave(Act act, String name) {
        Leaving leaving = site.engine().leaving();
        return leaving.run(leaving.wish(act, "local", "v", name, "too old"), job());
    }

    private String job() {
        return String.format("%032x", ++jobs);
    }

    private <S extends Statement> S said(Class<S> type) {
        List<S> all =
                site.entries().stream().filter(type::isInstance).map(type::cast).toList();
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private static void refused(Code code, String words, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private void nothingLeft(String name) throws Exception {
        assertThat(site.volumePath().resolve(name)).doesNotExist();
        assertThat(site.below("destroying")).isEmpty();
        assertThat(site.below("records")).isEmpty();
        assertThat(site.names()).isZero();
        assertThat(site.engine().checkpoint("v", name)).isEmpty();
    }

    @Test
    void what_was_published_is_destroyed_with_its_intent_before() throws Exception {
        String id = published("runs/m");
        CheckpointDetail held = site.engine().checkpoint("v", "runs/m").orElseThrow();
        Leaving.Done done = leave(Act.DESTROY, "runs/m");
        nothingLeft("runs/m");
        assertThat(site.volumePath().resolve("runs")).doesNotExist(); // the transfer made it
        assertThat(site.said())
                .containsExactly(
                        "transfer-intent",
                        "seal",
                        "possession",
                        "transfer-receipt",
                        "destruction-intent",
                        "destruction");
        DestructionIntent intent = said(DestructionIntent.class);
        assertThat(intent.by().orElseThrow().transfer()).isEqualTo(id);
        assertThat(intent.by().orElseThrow().peer()).isEqualTo(source.spiffeId);
        assertThat(intent.tree()).isEqualTo(held.treeDigest());
        assertThat(intent.content()).isEqualTo(held.contentDigest());
        assertThat(intent.files()).isEqualTo(2);
        assertThat(intent.logicalBytes()).isEqualTo(held.bytes());
        assertThat(intent.principal()).isEqualTo("local");
        assertThat(intent.grant()).isEqualTo("test");
        assertThat(intent.policy()).isEqualTo(site.policyDigest);
        Destruction destruction = said(Destruction.class);
        assertThat(destruction.intent()).isEqualTo(Digests.sha256Hex(intent.payload()));
        assertThat(destruction.by()).isEqualTo(intent.by());
        assertThat(done.entry()).isEqualTo(Digests.sha256Hex(destruction.payload()));
        published("runs/m"); // the name is free
        assertThat(site.volumePath().resolve("runs/m/sub/config")).hasContent("{}");
    }

    @Test
    void what_is_released_keeps_its_files() throws Exception {
        String id = published("m");
        Leaving.Done done = leave(Act.RELEASE, "m");
        assertThat(site.engine().checkpoint("v", "m")).isEmpty();
        assertThat(site.names()).isZero();
        assertThat(site.below("records")).isEmpty();
        assertThat(site.volumePath().resolve("m/sub/config")).hasContent("{}");
        PossessionReleased released = said(PossessionReleased.class);
        assertThat(released.by().orElseThrow().transfer()).isEqualTo(id);
        assertThat(released.reason()).isEqualTo("too old");
        assertThat(done.entry()).isEqualTo(Digests.sha256Hex(released.payload()));
        refused(Code.UNKNOWN_CHECKPOINT, "no complete checkpoint v/m", () -> leave(Act.RELEASE, "m"));
        refused(Code.UNKNOWN_CHECKPOINT, "no complete checkpoint v/m", () -> leave(Act.DESTROY, "m"));
        assertThat(adopt(site.volumePath().resolve("m"), Sealing.Act.ADOPT).state())
                .isEqualTo("adopted");
    }

    @Test
    void what_was_adopted_or_sealed_here_leaves_too() throws Exception {
        adopt(model(site, "a"), Sealing.Act.ADOPT);
        adopt(model(site, "b"), Sealing.Act.SEAL);
        adopt(model(site, "c"), Sealing.Act.SEAL);
        Path one = Files.writeString(site.volumePath().resolve("one"), "x");
        adopt(one, Sealing.Act.ADOPT);
        leave(Act.DESTROY, "a");
        leave(Act.DESTROY, "b");
        leave(Act.RELEASE, "c");
        leave(Act.DESTROY, "one");
        nothingLeft("a");
        nothingLeft("b");
        nothingLeft("one");
        assertThat(site.volumePath().resolve("c/weights")).exists();
        assertThat(site.entries().stream()
                        .filter(DestructionIntent.class::isInstance)
                        .map(DestructionIntent.class::cast))
                .hasSize(3)
                .allSatisfy(said -> assertThat(said.by()).isEmpty());
    }

    @Test
    void what_a_transfer_or_a_job_is_at_work_on_stays() throws Exception {
        Path model = model(source, "model");
        Semaphore gate = new Semaphore(0);
        line.payloads = bytes -> {
            gate.acquireUninterruptibly();
            return bytes;
        };
        line.connect();
        source.engine()
                .sealing()
                .run(Sealing.Act.SEAL, new Sealing.Target("v", "model"), Caller.DAEMON, job(), QUIET, () -> false);
        String id = push(model, "m");
        await(source, id, view -> view.state().equals("OPEN"));
        Leaving atSource = source.engine().leaving();
        for (Act act : Act.values()) {
            refused(
                    Code.BUSY,
                    "transfer " + id,
                    () -> atSource.run(atSource.wish(act, "local", "v", "model", "r"), job()));
        }
        refused(Code.UNKNOWN_CHECKPOINT, "v/m", () -> leave(Act.DESTROY, "m")); // not published yet
        gate.release(1_000);
        await(site, id, TransferView::finished);
        boolean[] refused = {false};
        site.engine()
                .holdings()
                .verify(
                        "v",
                        "m",
                        job(),
                        Optional.empty(),
                        (files, bytes, total) -> {
                            refused(Code.BUSY, "being read", () -> leave(Act.DESTROY, "m"));
                            refused[0] = true;
                        },
                        () -> false);
        assertThat(refused[0]).isTrue();
        refused[0] = false;
        site.engine()
                .bundles()
                .make(
                        "v",
                        "m",
                        (files, bytes, total) -> {
                            refused(Code.BUSY, "being read", () -> leave(Act.RELEASE, "m"));
                            refused[0] = true;
                        },
                        () -> false);
        assertThat(refused[0]).isTrue();
        assertThat(site.volumePath().resolve("m/weights")).exists();
        assertThat(site.said()).doesNotContain("destruction-intent", "possession-released");
        leave(Act.DESTROY, "m");
        nothingLeft("m");
    }

    @Test
    void rights_decide_and_read_only_stays() throws Exception {
        published("m");
        site.ungranted = Set.of(Policy.Right.DESTROY);
        refused(Code.POLICY, "needs the right destroy", () -> leave(Act.DESTROY, "m"));
        refused(Code.POLICY, "needs the right destroy", () -> leave(Act.RELEASE, "m"));
        site.ungranted = Set.of(Policy.Right.ADMIN, Policy.Right.PUSH, Policy.Right.PULL);
        Path old = Files.createDirectory(site.root.resolve("archive/old"));
        Files.writeString(old.resolve("f"), "f");
        site.ungranted = Set.of();
        adopt(old, Sealing.Act.ADOPT);
        Leaving leaving = site.engine().leaving();
        refused(Code.READ_ONLY, "read-only", () -> leaving.wish(Act.DESTROY, "local", "r", "old", ""));
        leaving.run(leaving.wish(Act.RELEASE, "local", "r", "old", "r"), job());
        assertThat(old.resolve("f")).exists();
        assertThat(site.engine().checkpoint("r", "old")).isEmpty();
    }

    @Test
    void what_was_replaced_is_not_destroyed_in_its_name() throws Exception {
        Path root = model(site, "a");
        adopt(root, Sealing.Act.ADOPT);
        Files.move(root, site.volumePath().resolve("moved"));
        refused(Code.UNKNOWN_CHECKPOINT, "nothing stands at v/a", () -> leave(Act.DESTROY, "a"));
        model(site, "a");
        refused(Code.SOURCE_CHANGED, "not what was recorded", () -> leave(Act.DESTROY, "a"));
        assertThat(site.engine().checkpoint("v", "a")).isPresent();
        assertThat(site.said()).doesNotContain("destruction-intent");
        leave(Act.RELEASE, "a");
        assertThat(root.resolve("weights")).exists();
    }

    /** What cannot be taken away stays on record as intended, its name is nobody's, and the next start goes on. */
    @Test
    void what_is_stuck_goes_on_when_it_can() throws Exception {
        Path root = model(site, "a");
        adopt(root, Sealing.Act.ADOPT);
        Path trap = Files.writeString(site.volumePath().resolve(".carnet/destroying"), "in the way");
        assertThatThrownBy(() -> leave(Act.DESTROY, "a")).isInstanceOf(TransferException.class);
        assertThat(root.resolve("weights")).exists();
        assertThat(site.engine().checkpoint("v", "a")).isEmpty();
        assertThat(site.said()).containsExactly("possession", "destruction-intent");
        refused(Code.NAME_TAKEN, "being destroyed", () -> adopt(root, Sealing.Act.ADOPT));
        Files.delete(trap);
        site.close();
        source.close();
        open();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (site.names() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        nothingLeft("a");
        assertThat(site.said()).containsExactly("possession", "destruction-intent", "destruction");
    }

    /** Instead of a destruction that nothing came of, it may be released. */
    @Test
    void what_is_stuck_may_be_released() throws Exception {
        Path root = model(site, "a");
        adopt(root, Sealing.Act.ADOPT);
        Path trap = Files.writeString(site.volumePath().resolve(".carnet/destroying"), "in the way");
        assertThatThrownBy(() -> leave(Act.DESTROY, "a")).isInstanceOf(TransferException.class);
        refused(Code.BAD_NAME, "runs through a file", () -> leave(Act.RELEASE, "a"));
        Files.delete(trap);
        leave(Act.RELEASE, "a");
        assertThat(root.resolve("weights")).exists();
        assertThat(site.said()).containsExactly("possession", "destruction-intent", "possession-released");
        assertThat(adopt(root, Sealing.Act.ADOPT).state()).isEqualTo("adopted");
    }

    /** The other side's word may still be missing: the copy is ours to destroy, and the receipt comes all the same. */
    @Test
    void a_receipt_that_comes_later_finds_nothing_to_write_to() throws Exception {
        boolean[] held = {true};
        line.controls = message -> message.hasReceipt() && held[0] ? null : message;
        line.connect();
        String id = push(model(source, "model"), "m");
        await(site, id, view -> view.state().equals("HALF_SIGNED"));
        leave(Act.DESTROY, "m");
        nothingLeft("m");
        held[0] = false;
        line.connect();
        await(site, id, TransferView::finished);
        assertThat(site.below("records")).isEmpty();
        assertThat(site.said()).endsWith("destruction-intent", "destruction", "transfer-receipt");
        assertThat(SealedRecord.open(site.volume(), CheckpointName.of("m"))).isEmpty();
    }
}
