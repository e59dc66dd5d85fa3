package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.catalogue.JobView;
import dev.carnet.daemon.catalogue.Jobs;
import dev.carnet.daemon.policy.Caller;
import dev.carnet.daemon.transport.PooledChunk;
import dev.carnet.proto.ledger.Possession;
import dev.carnet.proto.wire.v1.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Jobs over the real rooms below: bounded, visible, stopped when asked. */
@Timeout(60)
class JobsTest {
    private static final int OPEN_MAX = 18;

    @TempDir(factory = FastDisk.class)
    private Path work;

    private Site site;
    private Jobs jobs;

    @BeforeEach
    void start() throws Exception {
        Map<String, X509Certificate> anchors = new HashMap<>();
        site = new Site(work.resolve("s"), "source.example", anchors);
        FakeLine line = new FakeLine(site.spiffeId, site.origin(), "spiffe://nobody.example/x", "nobody");
        site.start(line.end(0), line.end(0).pool(), "spiffe://nobody.example/x");
        jobs = Jobs.of(site.engine(), site.clock(), new SecureRandom());
    }

    @AfterEach
    void stop() {
        jobs.close();
        site.close();
        assertThat(site.fatal).isEmpty();
    }

    private String make(String name) throws Exception {
        Path file = site.volumePath().resolve(name).resolve("weights");
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[(12 << 20) + 1]);
        return file.getParent().toString();
    }

    private JobView start(Sealing.Act act, String path) {
        return jobs.start(act, "local", Caller.DAEMON, path);
    }

    private JobView ended(JobView job) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline) {
            JobView now = jobs.find(job.id()).orElseThrow();
            if (now.finished()) {
                return now;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("not in 20 s: " + jobs.find(job.id()));
    }

    /** No buffer is free until all of these are given back. */
    private List<PooledChunk> everyBuffer() {
        List<PooledChunk> held = new ArrayList<>();
        while (site.sendPool.inUse() < site.sendPool.capacity()) {
            held.add(site.sendPool.acquire(Duration.ZERO).orElseThrow());
        }
        return held;
    }

    @Test
    void a_directory_is_adopted_and_verified() throws Exception {
        JobView adopted = ended(start(Sealing.Act.ADOPT, make("a")));
        assertThat(adopted.state()).as(adopted.toString()).isEqualTo("done");
        assertThat(adopted.bytes()).isEqualTo((12 << 20) + 1).isEqualTo(adopted.bytesTotal());
        JobView verified = ended(jobs.verify("local", "v", "a"));
        assertThat(verified.state()).as(verified.toString()).isEqualTo("done");
        assertThat(verified.treeDigest()).isEqualTo(adopted.treeDigest());
        List<Possession> said = new ArrayList<>();
        for (var statement : site.entries()) {
            if (statement instanceof Possession possession) {
                said.add(possession);
            }
        }
        assertThat(said).extracting(Possession::state).containsExactly("adopted", "verified");
        assertThat(said).allSatisfy(s -> assertThat(s.asked()).isEmpty());
        assertThat(jobs.list()).extracting(JobView::id).containsExactly(verified.id(), adopted.id());
    }

    @Test
    void a_copy_that_is_not_whole_fails_with_the_first_difference() throws Exception {
        String path = make("a");
        ended(start(Sealing.Act.SEAL, path));
        Path file = Path.of(path, "weights");
        var times = Files.getLastModifiedTime(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[9 << 20] = 1;
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, times);
        JobView failed = ended(jobs.verify("local", "v", "a"));
        assertThat(failed.state()).isEqualTo("failed");
        assertThat(failed.code()).isEqualTo("TREE_MISMATCH");
        assertThat(failed.reason()).contains("'weights'").contains("chunk 2");
        assertThat(failed.entry()).isNull();
        assertThat(site.said()).doesNotContain("possession");
    }

    @Test
    void they_are_bounded_and_can_be_stopped() throws Exception {
        List<PooledChunk> held = everyBuffer();
        List<JobView> begun = new ArrayList<>();
        for (int i = 0; i < OPEN_MAX; i++) {
            String who = i < OPEN_MAX * 3 / 4 ? "local" : "other" + i;
            begun.add(jobs.start(Sealing.Act.SEAL, who, Caller.DAEMON, make("a" + i)));
            if (i == OPEN_MAX * 3 / 4 - 1) {
                String next = make("next");
                assertThatThrownBy(() -> start(Sealing.Act.SEAL, next))
                        .as("the last places are for whoever has none")
                        .hasMessageContaining("of them of 'local'");
            }
        }
        String one = make("more");
        assertThatThrownBy(() -> start(Sealing.Act.SEAL, one))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.BUSY))
                .hasMessageContaining("16 wait");
        assertThat(jobs.find(begun.getLast().id()).orElseThrow().waitingFor()).contains("its turn");
        begun.stream().skip(1).forEach(job -> jobs.cancel(job.id()));
        held.forEach(PooledChunk::release);
        assertThat(ended(begun.getFirst()).state()).isEqualTo("done");
        for (JobView job : begun.subList(1, OPEN_MAX)) {
            assertThat(ended(job).state()).isEqualTo("cancelled");
        }
        assertThat(site.names()).isEqualTo(1);
        assertThat(ended(start(Sealing.Act.SEAL, one)).state()).isEqualTo("done");
        assertThat(jobs.cancel("0".repeat(32))).isEmpty();
    }

    @Test
    void what_is_not_in_the_catalogue_cannot_be_verified() {
        assertThatThrownBy(() -> jobs.verify("local", "v", "nothing"))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.UNKNOWN_CHECKPOINT));
        assertThatThrownBy(() -> jobs.verify("local", "v", "../x"))
                .isInstanceOfSatisfying(
                        TransferException.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_NAME));
    }
}
