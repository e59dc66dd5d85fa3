package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.oms.ManifestKey;
import dev.carnet.proto.oms.OmsBundle;
import dev.carnet.proto.oms.OmsFormat.Hash;
import dev.carnet.proto.oms.OmsReader;
import dev.carnet.proto.oms.TreeBundle;
import dev.carnet.proto.wire.v1.Code;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Bundles of what is published, sealed and adopted. */
@Timeout(60)
class BundlesTest {
    private static final int MIB = 1 << 20;
    private static final Holdings.Progress QUIET = (files, bytes, total) -> {};

    @TempDir(factory = FastDisk.class)
    private Path work;

    private Site source;
    private Site site;

    @BeforeEach
    void start() throws Exception {
        Map<String, java.security.cert.X509Certificate> anchors = new HashMap<>();
        source = new Site(work.resolve("s"), "source.example", anchors);
        site = new Site(work.resolve("d"), "destination.example", anchors);
        FakeLine line = new FakeLine(source.spiffeId, source.origin(), site.spiffeId, site.origin());
        source.start(line.end(0), line.end(0).pool(), site.spiffeId);
        site.start(line.end(1), line.end(1).pool(), source.spiffeId);
        line.connect();
    }

    @AfterEach
    void stop() {
        source.close();
        site.close();
        assertThat(source.fatal).isEmpty();
        assertThat(site.fatal).isEmpty();
    }

    private static Path make(Path root) throws IOException {
        Files.createDirectories(root.resolve("model"));
        Files.createDirectories(root.resolve(".git"));
        Files.writeString(root.resolve(".git/config"), "[core]");
        Files.write(root.resolve("model-00001"), new byte[9 * MIB + 1]);
        Files.writeString(root.resolve("model/x"), "x");
        Files.writeString(root.resolve("model/empty"), "");
        return root;
    }

    private static final String[] LISTED = {"model-00001", "model/empty", "model/x"};

    private Sealing.Done run(Sealing.Act act, Path path) {
        Sealing sealing = site.engine().sealing();
        return sealing.run(
                act,
                sealing.target(act, "local", path.toString()),
                Caller.DAEMON,
                HexFormat.of().toHexDigits(System.nanoTime()).repeat(2),
                QUIET,
                () -> false);
    }

    /** All pages, as a client gets them. */
    private byte[] bundle(String volume, String name, Hash hash) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            Bundles.Page page =
                    site.engine().bundles().page(volume, name, hash, all.size()).orElseThrow();
            if (page.bytes().length == 0) {
                assertThat(all.size()).isEqualTo((int) page.size());
                return all.toByteArray();
            }
            all.writeBytes(page.bytes());
        }
    }

    private OmsBundle verified(byte[] bundle, Map<String, String> digests) throws IOException {
        OmsBundle read = OmsReader.read(
                () -> new ByteArrayInputStream(bundle),
                (name, algorithm, digest) -> digests.put(name, HexFormat.of().formatHex(digest)));
        read.requireSignedBy(new ManifestKey(site.ledger().keys().publicKeys().manifestP256()));
        return read;
    }

    private void isWhole(String volume, String name) throws Exception {
        Path records =
                Path.of(site.engine().checkpoint(volume, name).orElseThrow().records());
        Map<String, String> digests = new TreeMap<>();
        OmsBundle read = verified(bundle(volume, name, Hash.BLAKE3), digests);
        assertThat(read.hash()).isEqualTo("blake3");
        assertThat(digests.keySet()).containsExactly(LISTED);
        assertThat(read.model()).isEqualTo(name.substring(name.lastIndexOf('/') + 1));
        TreeBundle.check(
                () -> Files.newInputStream(records.resolve("oms.sigstore.json")),
                () -> Files.newInputStream(records.resolve("tree")));
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    @Test
    void what_is_published_has_a_bundle_that_verifies() throws Exception {
        Path from = make(source.volumePath().resolve("m"));
        String id = source.engine()
                .push(new PushRequest("local", Caller.DAEMON, from.toString(), "peer", "v", "run7/m", false, 0, 0))
                .id();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!site.engine().get(id).map(TransferView::finished).orElse(false)) {
            assertThat(System.nanoTime()).as("%s", site.engine().get(id)).isLessThan(deadline);
            Thread.sleep(5);
        }
        isWhole("v", "run7/m");
    }

    @Test
    void what_is_sealed_or_adopted_has_one_too_also_in_a_volume_that_is_only_read() throws Exception {
        run(Sealing.Act.SEAL, make(site.volumePath().resolve("sealed")));
        isWhole("v", "sealed");
        run(Sealing.Act.ADOPT, make(site.root.resolve("archive/adopted")));
        isWhole("r", "adopted");
        site.engine().bundles().make("r", "adopted", QUIET, () -> false);
        Map<String, String> digests = new TreeMap<>();
        assertThat(verified(bundle("r", "adopted", Hash.SHA256), digests).hash())
                .isEqualTo("sha256");
        assertThat(site.root.resolve("archive/.carnet")).doesNotExist();
    }

    @Test
    void a_bundle_of_sha256_is_made_by_reading_again_and_its_digests_are_those_of_the_files() throws Exception {
        Path root = make(site.volumePath().resolve("a"));
        run(Sealing.Act.SEAL, root);
        assertThat(site.engine().bundles().page("v", "a", Hash.SHA256, 0)).isEmpty();
        long[] seen = new long[1];
        Holdings.Held held =
                site.engine().bundles().make("v", "a", (files, bytes, total) -> seen[0] = bytes, () -> false);
        assertThat(seen[0]).isEqualTo(held.logicalBytes());
        byte[] bundle = bundle("v", "a", Hash.SHA256);
        Map<String, String> digests = new TreeMap<>();
        assertThat(verified(bundle, digests).hash()).isEqualTo("sha256");
        Map<String, String> expected = new TreeMap<>();
        for (String name : LISTED) {
            expected.put(name, sha256(root.resolve(name)));
        }
        assertThat(digests).isEqualTo(expected);
        site.engine().bundles().make("v", "a", QUIET, () -> false);
        assertThat(bundle("v", "a", Hash.SHA256)).as("made again").isEqualTo(bundle);
        try (var left = Files.list(site.root.resolve("state"))) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .as("what the digests were kept in")
                    .noneMatch(name -> name.startsWith("digests-"));
        }
    }

    @Test
    void what_is_not_what_the_record_says_is_not_signed() throws Exception {
        Path root = make(site.volumePath().resolve("a"));
        run(Sealing.Act.SEAL, root);
        Path file = root.resolve("model/x");
        var times = Files.getLastModifiedTime(file);
        Files.writeString(file, "y");
        Files.setLastModifiedTime(file, times);
        assertThatThrownBy(() -> site.engine().bundles().make("v", "a", QUIET, () -> false))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.TREE_MISMATCH))
                .hasMessageContaining("model/x");
        assertThat(site.engine().bundles().page("v", "a", Hash.SHA256, 0)).isEmpty();
        assertThatThrownBy(() -> site.engine().bundles().make("v", "a", QUIET, () -> true))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.CANCELLED));
        assertThatThrownBy(() -> site.engine().bundles().make("v", "b", QUIET, () -> false))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.UNKNOWN_CHECKPOINT));
    }

    @Test
    void where_nothing_would_be_listed_there_is_no_bundle() throws Exception {
        Path root = Files.createDirectories(site.volumePath().resolve("a"));
        Files.writeString(root.resolve(".gitignore"), "x");
        run(Sealing.Act.SEAL, root);
        assertThat(site.engine().bundles().page("v", "a", Hash.BLAKE3, 0)).isEmpty();
        assertThatThrownBy(() -> site.engine().bundles().make("v", "a", QUIET, () -> false))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.UNSUPPORTED));
    }

    @Test
    void what_is_not_there_has_no_bundle_and_what_is_no_name_is_refused() {
        Bundles bundles = site.engine().bundles();
        assertThat(bundles.page("nowhere", "a", Hash.BLAKE3, 0)).isEmpty();
        assertThat(bundles.page("v", "a", Hash.BLAKE3, 0)).isEmpty();
        assertThatThrownBy(() -> bundles.page("v", "\u00fc".repeat(400), Hash.BLAKE3, 0))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_NAME));
    }

    @Test
    void a_name_is_found_by_its_path() throws Exception {
        Path root = make(site.volumePath().resolve("runs/a"));
        assertThat(site.engine().bundles().at(root.toString())).isEqualTo(new Sealing.Target("v", "runs/a"));
        assertThatThrownBy(() -> site.engine().bundles().at("/nowhere/else"))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_SOURCE));
    }
}
