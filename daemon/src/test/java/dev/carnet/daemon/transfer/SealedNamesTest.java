package dev.carnet.daemon.transfer;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carnet.daemon.policy.Caller;
import dev.carnet.proto.wire.v1.Code;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What was sealed or adopted where it lies at {@code south} travels to {@code north} by its record: pushed or pulled, hashed once at each side, and caught where it was changed since. */
class SealedNamesTest {
    private static final int MIB = 1 << 20;
    private static final int BYTES = 9 * MIB + 1 + 2;
    private static final long WAIT_SECONDS = 60;

    @TempDir(factory = FastDisk.class)
    private Path work;

    private Site north;
    private Site south;
    private FakeLine line;

    @BeforeEach
    void begin() throws Exception {
        Map<String, X509Certificate> anchors = new HashMap<>();
        north = new Site(work.resolve("n"), "north.example", anchors);
        south = new Site(work.resolve("s"), "south.example", anchors);
        line = new FakeLine(north.spiffeId, north.origin(), south.spiffeId, south.origin());
        north.start(line.end(0), line.end(0).pool(), south.spiffeId);
        startSouth();
        line.connect();
    }

    private void startSouth() throws Exception {
        south.start(line.end(1), line.end(1).pool(), north.spiffeId);
    }

    @AfterEach
    void end() {
        north.close();
        south.close();
        assertThat(north.fatal).isEmpty();
        assertThat(south.fatal).isEmpty();
    }

    /** Who asks for the transfer. */
    private enum Way {
        PUSH,
        PULL
    }

    static Stream<Arguments> everyWay() {
        return Stream.of(Sealing.Act.values())
                .flatMap(act -> Stream.of(Way.values()).map(way -> Arguments.of(act, way)));
    }

    /** Files of three, one and no chunks, and an empty directory, on record by this act: all of it hashed once. */
    private Path recorded(Sealing.Act act) throws Exception {
        Path root = south.volumePath().resolve("m");
        Files.createDirectories(root.resolve("sub/empty"));
        byte[] bytes = new byte[9 * MIB + 1];
        new Random(7).nextBytes(bytes);
        Files.write(root.resolve("weights"), bytes);
        Files.writeString(root.resolve("sub/config"), "{}");
        Files.writeString(root.resolve("sub/none"), "");
        south.blake3.hashed();
        Sealing sealing = south.engine().sealing();
        var _ = sealing.run(
                act,
                sealing.target(act, "local", root.toString()),
                Caller.DAEMON,
                "ab".repeat(16),
                (files, read, total) -> {},
                () -> false);
        assertThat(south.blake3.hashed()).isEqualTo(BYTES);
        return root;
    }

    /** To north's volume {@code w}, as "got". */
    private String begin(Way way) {
        return way == Way.PUSH
                ? south.engine()
                        .push(new PushRequest(
                                "local",
                                Caller.DAEMON,
                                south.volumePath().resolve("m").toString(),
                                "peer",
                                "w",
                                "got",
                                false,
                                0,
                                0))
                        .id()
                : north.engine()
                        .pull(new PullRequest(
                                "local", Caller.DAEMON, "peer", "v", "m", "w", "got", List.of(), 0, 0, Map.of()))
                        .id();
    }

    private Path got() {
        return north.root.resolve("second/got");
    }

    private static TransferView await(Site site, String id, Predicate<TransferView> wanted) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        Optional<TransferView> view = Optional.empty();
        while (System.nanoTime() < deadline) {
            view = site.engine().get(id);
            if (view.filter(wanted).isPresent()) {
                return view.get();
            }
            Thread.sleep(10);
        }
        throw new AssertionError("not in " + WAIT_SECONDS + " s: " + view);
    }

    private void closed(String id, String mode) throws Exception {
        for (Site site : List.of(north, south)) {
            TransferView end = await(site, id, TransferView::finished);
            assertThat(end.state()).as(end.toString()).isEqualTo("CLOSED");
            assertThat(end.mode()).isEqualTo(mode);
        }
        for (String file : List.of("weights", "sub/config", "sub/none")) {
            assertThat(got().resolve(file))
                    .hasSameBinaryContentAs(south.volumePath().resolve("m").resolve(file));
        }
        assertThat(got().resolve("sub/empty")).isEmptyDirectory();
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void it_travels_by_its_record_and_is_hashed_once_at_each_side(Sealing.Act act, Way way) throws Exception {
        var _ = recorded(act);
        closed(begin(way), "sealed");
        assertThat(south.blake3.hashed()).as("hashed by who sealed it").isZero();
        assertThat(north.blake3.hashed()).as("hashed by who got it").isEqualTo(BYTES);
    }

    @Test
    void it_is_not_hashed_after_a_restart_either() throws Exception {
        var _ = recorded(Sealing.Act.SEAL);
        int[] frames = {0};
        line.payloads = bytes -> ++frames[0] > 1 ? null : bytes; // one arrives
        String id = begin(Way.PULL);
        var _ = await(north, id, view -> view.bytesDone() > 0);
        line.disconnect();
        south.close();
        line.payloads = UnaryOperator.identity();
        startSouth();
        line.connect();
        closed(id, "sealed");
        assertThat(south.blake3.hashed()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Sealing.Act.class)
    void what_was_changed_since_is_pushed_as_it_is_now(Sealing.Act act) throws Exception {
        Files.writeString(recorded(act).resolve("sub/config"), "[]");
        closed(begin(Way.PUSH), "open");
        assertThat(got().resolve("sub/config")).hasContent("[]");
        assertThat(south.blake3.hashed()).isEqualTo(BYTES);
    }

    @ParameterizedTest
    @EnumSource(Sealing.Act.class)
    void what_was_changed_since_is_not_pulled(Sealing.Act act) throws Exception {
        Files.writeString(recorded(act).resolve("sub/config"), "[]");
        refused(begin(Way.PULL), Code.SOURCE_CHANGED, "m");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void what_is_changed_on_the_way_is_caught_by_its_name(Way way) throws Exception {
        Path root = recorded(Sealing.Act.SEAL);
        boolean[] changed = {false};
        line.controls = message -> {
            if (message.hasFilePageAck() && !changed[0]) { // the tree is there, no chunk is
                changed[0] = true;
                write(root.resolve("sub/config"));
            }
            return message;
        };
        refused(begin(way), Code.SOURCE_CHANGED, "sub/config");
    }

    private static void write(Path file) {
        try {
            Files.writeString(file, "[]");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A write that no time of the file tells of, or a disk that forgot a bit: the source does not hash, the destination does. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void what_was_changed_unseen_is_caught_at_that_chunk(Way way) throws Exception {
        Path weights = recorded(Sealing.Act.SEAL).resolve("weights");
        Map<String, Object> before = Files.readAttributes(weights, "unix:lastModifiedTime,ctime");
        try (FileChannel file = FileChannel.open(weights, READ, WRITE)) {
            MappedByteBuffer map = file.map(FileChannel.MapMode.READ_WRITE, 0, file.size());
            map.put(5 * MIB, (byte) ~map.get(5 * MIB));
        }
        assumeTrue(
                Files.readAttributes(weights, "unix:lastModifiedTime,ctime").equals(before),
                "needs a file system that does not see a store through mmap (tmpfs)");
        refused(begin(way), Code.CHUNK_MISMATCH, "chunk 1 of 'weights'");
    }

    /** Both say why, and nothing is left at who was to get it. */
    private void refused(String id, Code code, String words) throws Exception {
        for (Site site : List.of(south, north)) {
            if (site == south && site.engine().get(id).isEmpty()) {
                continue; // refused before it was put on record there
            }
            TransferView end = await(site, id, TransferView::finished);
            assertThat(end.state()).isEqualTo("ABORTED");
            assertThat(end.code()).as(end.toString()).isEqualTo(code.name());
        }
        assertThat(await(north, id, TransferView::finished).error()
                        + south.engine().get(id).map(TransferView::error).orElse(""))
                .contains(words);
        assertThat(got()).doesNotExist();
        Path staging = north.root.resolve("second/.carnet/staging");
        if (Files.exists(staging)) {
            assertThat(staging).isEmptyDirectory();
        }
    }
}
