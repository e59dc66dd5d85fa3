package dev.carnet.daemon.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.carnet.daemon.volume.CheckpointName;
import dev.carnet.daemon.volume.Fingerprint;
import dev.carnet.daemon.volume.Volume;
import dev.carnet.daemon.volume.VolumeException;
import dev.carnet.daemon.volume.VolumeSpec;
import dev.carnet.daemon.volume.Volumes;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The record of what a transfer has published, read back. */
class SealedRecordTest {
    @TempDir(factory = FastDisk.class)
    private Path work;

    @Test
    void a_published_checkpoint_is_read_as_it_stands() throws Exception {
        Map<String, java.security.cert.X509Certificate> anchors = new HashMap<>();
        try (Site source = new Site(work.resolve("s"), "source.example", anchors);
                Site destination = new Site(work.resolve("d"), "destination.example", anchors)) {
            FakeLine line = new FakeLine(source.spiffeId, source.origin(), destination.spiffeId, destination.origin());
            source.start(line.end(0), line.end(0).pool(), destination.spiffeId);
            destination.start(line.end(1), line.end(1).pool(), source.spiffeId);
            line.connect();
            Path from = Files.createDirectories(source.volumePath().resolve("model/ü \\ x"))
                    .getParent();
            Files.write(from.resolve("a"), new byte[(9 << 20) + 1]);
            Files.write(from.resolve("ü \\ x/b"), new byte[7]);
            String id = source.engine()
                    .push(new PushRequest("local", from.toString(), "peer", "v", "m", false, 0, 0))
                    .id();
            TransferView sent = ended(source, id);
            try (Volume volume = Volumes.open(new VolumeSpec("v", destination.volumePath(), false, null, 0, false))) {
                reads(volume, sent);
                damaged(volume);
                assertThat(SealedRecord.open(volume, CheckpointName.of("nothing")))
                        .isEmpty();
            }
        }
    }

    private static void reads(Volume volume, TransferView sent) throws Exception {
        try (SealedRecord record =
                SealedRecord.open(volume, CheckpointName.of("m")).orElseThrow()) {
            List<String> paths = new ArrayList<>();
            List<Long> firstCvs = new ArrayList<>();
            TreeSummary tree = record.read((member, print, firstCv) -> {
                paths.add(member.path());
                firstCvs.add(firstCv);
                Fingerprint recorded = print.orElseThrow();
                assertThat(recorded.mtimeSeconds()).isEqualTo(member.mtimeSeconds());
                if (member instanceof TreeMember.File file) {
                    assertThat(recorded.size()).isEqualTo(file.size());
                }
                assertThat(recorded.inode()).isEqualTo(inode(volume, member.path()));
            });
            assertThat(tree.treeDigest().hex()).isEqualTo(sent.treeDigest());
            assertThat(paths).containsExactly(".", "a", "ü \\ x", "ü \\ x/b");
            assertThat(firstCvs).containsExactly(0L, 0L, 3L, 3L);
            byte[] zeros = new byte[4 << 20];
            assertThat(record.cv(0, 1)).isEqualTo(Hash32.of(Puppet.cv(zeros, 1)));
            assertThat(record.cv(3, 0)).isEqualTo(Hash32.of(Puppet.cv(new byte[7], 0)));
        }
    }

    private static long inode(Volume volume, String path) {
        try {
            return (long) Files.getAttribute(volume.root().resolve("m").resolve(path), "unix:ino");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void damaged(Volume volume) throws Exception {
        CheckpointName name = CheckpointName.of("m");
        Path cvs = volume.records(name).directory().resolve("cvs");
        byte[] whole = Files.readAllBytes(cvs);
        Files.write(cvs, java.util.Arrays.copyOf(whole, whole.length - 1));
        try (SealedRecord record = SealedRecord.open(volume, name).orElseThrow()) {
            assertThatThrownBy(() -> record.read((member, print, firstCv) -> {}))
                    .isInstanceOfSatisfying(
                            VolumeException.class, e -> assertThat(e.kind()).isEqualTo(VolumeException.Kind.CHANGED));
        }
        Files.write(cvs, whole);
    }

    private static TransferView ended(Site site, String id) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline) {
            TransferView view = site.engine().get(id).orElseThrow();
            if (view.finished()) {
                assertThat(view.state()).as(view.toString()).isEqualTo("CLOSED");
                return view;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("not in 20 s");
    }
}
