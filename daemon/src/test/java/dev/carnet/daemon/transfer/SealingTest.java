package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.policy.Policy;
import dev.carnet.daemon.state.Table;
import dev.carnet.daemon.transfer.rows.NameRow;
import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.Blake3Hasher;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.ledger.PossessionReleased;
import dev.carnet.proto.ledger.Statement;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.wire.v1.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in a volume already comes into the catalogue, whole or not at all. */
class SealingTest {
    private static final int MIB = 1 << 20;
    private static final Holdings.Progress QUIET = (files, bytes, total) -> {};

    @TempDir(factory = FastDisk.class)
    private Path work;

    private Site site;
    private int jobs;

    @BeforeEach
    void start() throws Exception {
        Map<String, X509Certificate> anchors = new HashMap<>();
        site = new Site(work.resolve("s"), "source.example", anchors);
        open();
    }

    private void open() throws Exception {
        FakeLine line = new FakeLine(site.spiffeId, site.origin(), "spiffe://nobody.example/x", "nobody");
        site.start(line.end(0), line.end(0).pool(), "spiffe://nobody.example/x");
    }

    @AfterEach
    void stop() {
        assertThat(site.sendPool.inUse()).as("buffers in use").isZero();
        assertThat(site.rows(Table.MEMBERS) + site.rows(Table.CHUNKS))
                .as("rows of members and chunks")
                .isZero();
        site.close();
        assertThat(site.fatal).isEmpty();
    }

    /** Three files of 3, 1 and no chunks, and an empty directory. */
    private Path make(Path root) throws Exception {
        Files.createDirectories(root.resolve("sub/empty"));
        byte[] bytes = new byte[9 * MIB + 1];
        new Random(7).nextBytes(bytes);
        Files.write(root.resolve("weights"), bytes);
        Files.writeString(root.resolve("sub/config"), "{}");
        Files.writeString(root.resolve("sub/none"), "");
        return root;
    }

    private Sealing.Done run(Sealing.Act act, Path path) {
        Sealing.Target target = site.engine().sealing().target(act, "local", path.toString());
        return site.engine().sealing().run(act, target, Caller.DAEMON, job(), QUIET, () -> false);
    }

    private String job() {
        return String.format("%032x", ++jobs);
    }

    private static void refused(Code code, String words, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private List<Possession> possessions() {
        List<Possession> found = new ArrayList<>();
        for (Statement statement : site.entries()) {
            if (statement instanceof Possession possession) {
                found.add(possession);
            }
        }
        return found;
    }

    private void recordIs(Volume volume, String name, Sealing.Done done, Path root) throws Exception {
        try (SealedRecord record =
                SealedRecord.open(volume, CheckpointName.of(name)).orElseThrow()) {
            Map<String, Hash32> digests = new HashMap<>();
            TreeSummary tree = record.read((member, print, firstCv) -> {
                if (member instanceof TreeMember.File file) {
                    digests.put(file.path(), file.digest());
                    assertThat(print.orElseThrow().size()).isEqualTo(file.size());
                }
            });
            assertThat(tree.treeDigest().hex()).isEqualTo(done.treeDigest());
            assertThat(tree.files()).isEqualTo(3);
            assertThat(digests.get("weights")).isEqualTo(plain(root.resolve("weights")));
            assertThat(digests.get("sub/config")).isEqualTo(plain(root.resolve("sub/config")));
            assertThat(digests.get("sub/none")).isEqualTo(Chunks.EMPTY_FILE);
        }
        assertThat(volume.standsAsRecorded(CheckpointName.of(name))).isTrue();
        assertThat(volume.records(CheckpointName.of(name)).read("name", 400)).hasValue(name.getBytes("UTF-8"));
    }

    private static Hash32 plain(Path file) throws Exception {
        return new Blake3Hasher(Blake3.scalar())
                .update(Files.readAllBytes(file))
                .digest();
    }

    @Test
    void a_directory_is_sealed_and_nothing_is_signed() throws Exception {
        Path root = make(site.volumePath().resolve("runs/a"));
        AtomicLong seen = new AtomicLong();
        Sealing sealing = site.engine().sealing();
        Sealing.Target target = sealing.target(Sealing.Act.SEAL, "local", root.toString());
        assertThat(target).isEqualTo(new Sealing.Target("v", "runs/a"));
        Sealing.Done done = sealing.run(
                Sealing.Act.SEAL, target, Caller.DAEMON, job(), (files, bytes, total) -> seen.set(bytes), () -> false);
        assertThat(done.state()).isEqualTo("sealed");
        assertThat(done.files()).isEqualTo(3);
        assertThat(seen.get()).isEqualTo(done.bytes()).isEqualTo(9 * MIB + 1 + 2);
        assertThat(done.entry()).isEmpty();
        assertThat(possessions()).isEmpty();
        recordIs(site.volume(), "runs/a", done, root);
        assertThat(site.engine().checkpoints(Optional.of("v"), "", 10))
                .singleElement()
                .satisfies(c -> assertThat(c.state()).isEqualTo("sealed"));
        CheckpointDetail detail = site.engine().checkpoint("v", "runs/a").orElseThrow();
        assertThat(detail.directories()).isEqualTo(3);
        assertThat(detail.treeDigest()).isEqualTo(done.treeDigest());
        assertThat(Path.of(detail.records()).resolve("tree")).exists();
        assertThat(detail.peer()).isNull();
    }

    @Test
    void a_single_file_is_a_checkpoint_too() throws Exception {
        Path file = Files.writeString(site.volumePath().resolve("one"), "x");
        assertThat(run(Sealing.Act.SEAL, file).files()).isEqualTo(1);
        assertThat(site.engine().checkpoint("v", "one").orElseThrow().directories())
                .isZero();
    }

    @Test
    void of_a_read_only_volume_the_record_lies_in_the_state() throws Exception {
        Path archive = site.root.resolve("archive");
        Path root = make(archive.resolve("old"));
        Sealing.Done done = run(Sealing.Act.ADOPT, root);
        recordIs(site.readOnly(), "old", done, root);
        assertThat(archive.resolve(".carnet")).doesNotExist();
        Path records =
                Path.of(site.engine().checkpoint("r", "old").orElseThrow().records());
        assertThat(records.getParent()).isEqualTo(site.root.resolve("state/records/r"));
        var verified = site.engine().holdings().verify("r", "old", job(), Optional.empty(), QUIET, () -> false);
        assertThat(possessions()).extracting(Possession::state).containsExactly("adopted", "verified");
        assertThat(site.engine().checkpoint("r", "old").orElseThrow().entry()).isEqualTo(verified.payloadDigest());
        Files.writeString(root.resolve("sub/config"), "[]");
        refused(
                Code.TREE_MISMATCH,
                "sub/config",
                () -> site.engine().holdings().verify("r", "old", job(), Optional.empty(), QUIET, () -> false));
    }

    @Test
    void to_adopt_is_on_record_once() throws Exception {
        Path root = make(site.volumePath().resolve("a"));
        Sealing.Done sealed = run(Sealing.Act.SEAL, root);
        Sealing.Done done = run(Sealing.Act.ADOPT, root);
        assertThat(done.note()).contains("nothing was hashed");
        Sealing.Done again = run(Sealing.Act.ADOPT, root);
        assertThat(again.entry()).isEqualTo(done.entry()).isPresent();
        assertThat(run(Sealing.Act.SEAL, root).state()).isEqualTo("adopted");
        assertThat(possessions()).singleElement().satisfies(said -> {
            assertThat(said.state()).isEqualTo("adopted");
            assertThat(said.tree()).isEqualTo(sealed.treeDigest());
            assertThat(said.name()).isEqualTo("a");
            assertThat(said.asked()).isEmpty();
        });
    }

    @Test
    void what_changed_is_recorded_anew_and_said() throws Exception {
        Path root = make(site.volumePath().resolve("a"));
        Sealing.Done before = run(Sealing.Act.ADOPT, root);
        Files.writeString(root.resolve("sub/config"), "{ }");
        Sealing.Done now = run(Sealing.Act.SEAL, root);
        assertThat(now.treeDigest()).isNotEqualTo(before.treeDigest());
        assertThat(now.state()).isEqualTo("sealed");
        assertThat(now.note()).contains(before.treeDigest());
        recordIs(site.volume(), "a", now, root);
        assertThat(site.entries())
                .filteredOn(PossessionReleased.class::isInstance)
                .singleElement()
                .satisfies(
                        said -> assertThat(((PossessionReleased) said).tree()).isEqualTo(before.treeDigest()));
    }

    @Test
    void names_that_are_taken_or_overlap_are_refused_by_name() throws Exception {
        Path inner = make(site.volumePath().resolve("runs/a"));
        run(Sealing.Act.SEAL, inner);
        refused(Code.NAME_TAKEN, "v/runs/a is sealed", () -> run(Sealing.Act.SEAL, inner.getParent()));
        refused(Code.NAME_TAKEN, "v/runs/a is sealed", () -> run(Sealing.Act.SEAL, inner.resolve("sub")));
        assertThat(site.names()).isEqualTo(1);
        refused(Code.BAD_SOURCE, "in no declared volume", () -> run(Sealing.Act.SEAL, work.resolve("nowhere")));
        refused(Code.BAD_SOURCE, "root of the volume", () -> run(Sealing.Act.SEAL, site.volumePath()));
        refused(
                Code.BAD_SOURCE,
                "absent",
                () -> run(Sealing.Act.SEAL, site.volumePath().resolve("absent")));
        Path link = site.volumePath().resolve("linked");
        Files.createDirectories(link);
        Files.createSymbolicLink(link.resolve("l"), inner);
        refused(Code.BAD_SOURCE, "symbolic link", () -> run(Sealing.Act.SEAL, link));
        assertThat(site.names()).isEqualTo(1);
    }

    @Test
    void two_at_once_do_not_meet() throws Exception {
        Path root = make(site.volumePath().resolve("runs/a"));
        Sealing sealing = site.engine().sealing();
        Sealing.Target inner = new Sealing.Target("v", "runs/a/sub");
        Sealing.Target outer = sealing.target(Sealing.Act.SEAL, "local", root.toString());
        List<Throwable> second = new ArrayList<>();
        sealing.run(
                Sealing.Act.SEAL,
                outer,
                Caller.DAEMON,
                job(),
                (files, bytes, total) -> {
                    if (second.isEmpty()) {
                        second.add(org.assertj.core.api.Assertions.catchThrowable(
                                () -> sealing.run(Sealing.Act.SEAL, inner, Caller.DAEMON, job(), QUIET, () -> false)));
                    }
                },
                () -> false);
        assertThat(second).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("v/runs/a is being"));
    }

    @Test
    void a_change_while_it_is_hashed_leaves_nothing() throws Exception {
        Path root = make(site.volumePath().resolve("a"));
        Sealing sealing = site.engine().sealing();
        Sealing.Target target = sealing.target(Sealing.Act.SEAL, "local", root.toString());
        for (String touched : List.of("weights", "sub/config", "sub/none", "sub/new")) {
            boolean[] done = {false};
            refused(
                    Code.SOURCE_CHANGED,
                    touched,
                    () -> sealing.run(
                            Sealing.Act.SEAL,
                            target,
                            Caller.DAEMON,
                            job(),
                            (files, bytes, total) -> {
                                if (!done[0] && bytes == total) { // all is read: what the last walk finds
                                    done[0] = true;
                                    write(root.resolve(touched));
                                }
                            },
                            () -> false));
            Files.deleteIfExists(root.resolve("sub/new"));
            assertThat(site.names()).isZero();
            assertThat(site.below("records")).isEmpty();
        }
        assertThat(run(Sealing.Act.SEAL, root).files()).isEqualTo(3);
    }

    private static void write(Path file) {
        try {
            Files.writeString(file, "changed " + System.nanoTime());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void who_stops_it_finds_nothing() throws Exception {
        Path root = make(site.volumePath().resolve("a"));
        Sealing sealing = site.engine().sealing();
        Sealing.Target target = sealing.target(Sealing.Act.ADOPT, "local", root.toString());
        int[] asked = {0};
        refused(
                Code.CANCELLED,
                "stopped",
                () -> sealing.run(Sealing.Act.ADOPT, target, Caller.DAEMON, job(), QUIET, () -> ++asked[0] > 2));
        assertThat(site.names()).isZero();
        assertThat(possessions()).isEmpty();
    }

    @Test
    void rights_decide() throws Exception {
        Path root = make(site.volumePath().resolve("a"));
        site.ungranted = Set.of(Policy.Right.PUSH, Policy.Right.ADMIN);
        refused(Code.POLICY, "needs the right push", () -> run(Sealing.Act.SEAL, root));
        assertThat(run(Sealing.Act.ADOPT, root).state()).isEqualTo("adopted");
        site.ungranted = Set.of(Policy.Right.PULL, Policy.Right.ADMIN);
        refused(Code.POLICY, "needs the right pull", () -> run(Sealing.Act.ADOPT, root));
        site.ungranted = Set.of(Policy.Right.PUSH, Policy.Right.PULL);
        assertThat(run(Sealing.Act.SEAL, root).state()).isEqualTo("adopted");
    }

    @Test
    void what_the_caller_cannot_read_is_not_read_for_it() throws Exception {
        Path root = make(site.volumePath().resolve("a"));
        Files.setPosixFilePermissions(
                root.resolve("weights"), java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        Caller stranger = new Caller(54_321, 54_321, List.of(), 0);
        Sealing sealing = site.engine().sealing();
        Sealing.Target target = sealing.target(Sealing.Act.SEAL, "local", root.toString());
        refused(
                Code.POLICY,
                "uid 54321",
                () -> sealing.run(Sealing.Act.SEAL, target, stranger, job(), QUIET, () -> false));
        run(Sealing.Act.SEAL, root);
        refused(
                Code.POLICY,
                "uid 54321",
                () -> sealing.run(Sealing.Act.SEAL, target, stranger, job(), QUIET, () -> false));
    }

    @Test
    void a_start_cleans_what_a_stop_left() throws Exception {
        Path root = make(site.volumePath().resolve("a"));
        Sealing.Done done = run(Sealing.Act.SEAL, root);
        NameRow row = site.store().read(tx -> Names.get(tx, "v", "a")).orElseThrow();
        make(site.volumePath().resolve("b"));
        run(Sealing.Act.SEAL, site.volumePath().resolve("b"));
        site.store().update(tx -> {
            Names.put(
                    tx,
                    "v",
                    "a",
                    row.toBuilder().setHow("sealing").setPublished(false).build());
            Names.put(
                    tx,
                    "v",
                    "b",
                    row.toBuilder().setHow("adopting").setPublished(false).build());
        });
        site.close();
        open();
        assertThat(site.engine().checkpoint("v", "a")).isEmpty();
        assertThat(SealedRecord.open(site.volume(), CheckpointName.of("a"))).isEmpty();
        assertThat(site.engine().checkpoint("v", "b").orElseThrow().state()).isEqualTo("adopted");
        assertThat(possessions()).singleElement().satisfies(said -> {
            assertThat(said.tree()).isEqualTo(done.treeDigest());
            assertThat(said.name()).isEqualTo("b");
        });
        assertThat(run(Sealing.Act.SEAL, root).note()).isEmpty();
    }
}
