package dev.carnet.client.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.tree.TreeSummary;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {

    private static final int CHUNK = Blake3.CHUNK_BYTES;

    @TempDir
    Path volume;

    private PublishedCheckpoint checkpoint;

    @BeforeEach
    void publish() throws IOException {
        checkpoint = new PublishedCheckpoint(volume, "run 7/step-100");
        Files.createDirectories(file("shards/empty directory"));
        Files.write(file("empty"), new byte[0]);
        Files.write(file("one"), random(1));
        Files.write(file("a-b"), random(10));
        Files.createDirectory(file("a"));
        Files.write(file("a/c"), random(10));
        Files.write(file("shards/chunk"), random(CHUNK));
        Files.write(file("shards/more"), random(3 * CHUNK + 5));
        Files.setLastModifiedTime(file("one"), FileTime.from(Instant.ofEpochSecond(1_000, 500_000_000)));
        Files.setLastModifiedTime(file("."), FileTime.from(Instant.ofEpochSecond(1_763_956_800, 250_000_001)));
        checkpoint.recordIt();
    }

    @Test
    void whatStandsAsRecordedVerifies() throws Exception {
        VerifyProgress progress = new VerifyProgress();
        VerifyReport report = verifier().verify(checkpoint.root(), OptionalInt.empty(), progress);
        assertThat(report.differences()).isEmpty();
        assertThat(report.verifies()).isTrue();
        assertThat(report.receipt()).isTrue();
        assertThat(report.tree().files()).isEqualTo(6);
        assertThat(progress.files()).isEqualTo(6);
        assertThat(progress.bytes()).isEqualTo(report.tree().logicalBytes()).isEqualTo(4L * CHUNK + 26);
        assertThat(report.records().name()).isEqualTo("run 7/step-100");
    }

    @Test
    void findsTheCheckpointFromSomethingInIt() throws Exception {
        assertThat(verify(file("shards/more")).records().published())
                .isEqualTo(checkpoint.root().toRealPath());
        Path link = Files.createSymbolicLink(volume.resolve("latest"), checkpoint.root());
        assertThat(verify(link).verifies()).isTrue();
    }

    @Test
    void namesTheChunkThatIsWrong() throws Exception {
        flip("shards/more", CHUNK + 3);
        flip("shards/more", 3L * CHUNK + 4);
        flip("one", 0);
        assertThat(differences())
                .containsExactly(
                        "one: its bytes differ in 1 of 1 chunk: chunk 0 (bytes 0 to 0)",
                        "shards/more: its bytes differ in 2 of 4 chunks: chunk 1 (bytes 4194304 to 8388607),"
                                + " chunk 3 (bytes 12582912 to 12582916)");
    }

    @Test
    void namesSizeTimeModeAndKind() throws Exception {
        FileTime time = Files.getLastModifiedTime(file("shards/chunk"));
        try (RandomAccessFile longer = new RandomAccessFile(file("shards/chunk").toFile(), "rw")) {
            longer.setLength(CHUNK + 1);
        }
        Files.setLastModifiedTime(file("shards/chunk"), time);
        Files.setLastModifiedTime(file("one"), FileTime.from(Instant.ofEpochSecond(1_000, 500_000_001)));
        Files.setPosixFilePermissions(file("empty"), PosixFilePermissions.fromString("rwxrwxrwx"));
        FileTime parent = Files.getLastModifiedTime(file("."));
        Files.delete(file("a-b"));
        Files.createDirectory(file("a-b"));
        Files.setLastModifiedTime(file("."), parent);
        assertThat(differences())
                .containsExactly(
                        "a-b: is a directory, on record is a file",
                        "empty: has mode 0777, on record is 0644",
                        "one: was modified at 1970-01-01T00:16:40.500000001Z, on record is 1970-01-01T00:16:40.500Z",
                        "shards/chunk: has 4194305 bytes, on record are 4194304");
    }

    @Test
    void namesWhatIsMissingAndWhatIsExtra() throws Exception {
        Files.delete(file("a/c"));
        Files.delete(file("a"));
        Files.write(file("shards/.hidden"), random(3));
        Files.createDirectories(file("shards/extra/below"));
        assertThat(differences())
                .anyMatch(line -> line.startsWith(".: was modified at"))
                .anyMatch(line -> line.startsWith("shards: was modified at"))
                .contains(
                        "a: is missing",
                        "…: 1 members lie below directories that are missing or something else: not looked at",
                        "shards/.hidden: is not on record: an extra file",
                        "shards/extra: is not on record: an extra directory")
                .hasSize(6);
    }

    @Test
    void followsNoLink() throws Exception {
        Path elsewhere = Files.createDirectory(volume.resolve("elsewhere"));
        Files.move(file("a"), elsewhere.resolve("a"));
        Files.createSymbolicLink(file("a"), elsewhere.resolve("a"));
        FileTime time = FileTime.from(Instant.ofEpochSecond(1_763_956_800, 250_000_001));
        Files.setLastModifiedTime(file("."), time);
        assertThat(differences())
                .containsExactly(
                        "a: is a symbolic link, on record is a directory",
                        "…: 1 members lie below directories that are missing or something else: not looked at");
    }

    @Test
    void theCheckpointItselfMayBeGoneOrALink() throws Exception {
        Path aside = volume.resolve("aside");
        Files.move(checkpoint.root(), aside);
        assertThat(differences()).startsWith(".: is missing").hasSize(2);
        Files.createSymbolicLink(checkpoint.root(), aside);
        assertThat(differences()).startsWith(".: is a symbolic link, on record is a directory");
    }

    @Test
    void comparesModesUnderTheMask() throws Exception {
        for (String path : new String[] {".", "a", "shards", "shards/empty directory"}) {
            Files.setPosixFilePermissions(file(path), PosixFilePermissions.fromString("rwxr-x---"));
        }
        for (String path : new String[] {"empty", "one", "a-b", "a/c", "shards/chunk", "shards/more"}) {
            Files.setPosixFilePermissions(file(path), PosixFilePermissions.fromString("rw-r-----"));
        }
        assertThat(differences()).hasSize(10).contains("one: has mode 0640, on record is 0644");
        assertThat(verifier()
                        .verify(checkpoint.root(), OptionalInt.of(0750), new VerifyProgress())
                        .verifies())
                .isTrue();
        Files.writeString(checkpoint.record("mode-mask"), "0750\n");
        assertThat(verify(checkpoint.root()).verifies()).isTrue();
        assertThat(verify(checkpoint.root()).modeMask()).isEqualTo(0750);
    }

    @Test
    void damagedValuesOfChunksAreNotBelieved() throws Exception {
        byte[] cvs = Files.readAllBytes(checkpoint.record("cvs"));
        cvs[cvs.length - 1] ^= 1;
        Files.write(checkpoint.record("cvs"), cvs);
        assertThat(differences()).containsExactly("[cvs]: the values of shards/more do not lead to its digest");
        flip("shards/more", 0);
        assertThat(differences())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("shards/more: its bytes have the BLAKE3 "));
        Files.delete(checkpoint.record("cvs"));
        assertThat(differences())
                .hasSize(2)
                .contains("[cvs]: it is missing")
                .anyMatch(line -> line.startsWith("shards/more: its bytes have the BLAKE3 "));
    }

    @Test
    void valuesOfChunksEndWithTheTree() throws Exception {
        byte[] cvs = Files.readAllBytes(checkpoint.record("cvs"));
        Files.write(checkpoint.record("cvs"), java.util.Arrays.copyOf(cvs, cvs.length + 1));
        assertThat(differences()).containsExactly("[cvs]: it goes on after the last chunk of the tree");
        Files.write(checkpoint.record("cvs"), java.util.Arrays.copyOf(cvs, cvs.length - 1));
        assertThat(differences()).containsExactly("[cvs]: it ends before the last chunk of the tree");
    }

    @Test
    void sealAndReceiptAreAboutThisTree() throws Exception {
        PublishedCheckpoint other = new PublishedCheckpoint(volume, "other");
        Files.createDirectory(other.root());
        TreeSummary another = other.recordIt();
        Files.write(
                checkpoint.record("receipt.dsse"),
                PublishedCheckpoint.envelope("transfer-receipt", another, "run 7/step-100"));
        Files.writeString(checkpoint.record("seal.dsse"), "{}");
        assertThat(differences())
                .contains("[seal.dsse]: no DSSE envelope around a JSON statement")
                .anyMatch(line -> line.startsWith("[receipt.dsse]: the tree digest in it is " + another.treeDigest()))
                .hasSize(5);
        Files.delete(checkpoint.record("receipt.dsse"));
        Files.delete(checkpoint.record("seal.dsse"));
        VerifyReport report = verify(checkpoint.root());
        assertThat(report.receipt()).isFalse();
        assertThat(report.differences()).containsExactly(new Difference("[seal.dsse]", "is missing"));
    }

    @Test
    void aCheckpointMayBeOneFileOrEmpty() throws Exception {
        PublishedCheckpoint single = new PublishedCheckpoint(volume, "model.bin");
        Files.write(single.root(), random(2 * CHUNK));
        single.recordIt();
        assertThat(verify(single.root()).verifies()).isTrue();
        PublishedCheckpoint empty = new PublishedCheckpoint(volume, "nothing");
        Files.createDirectory(empty.root());
        empty.recordIt();
        assertThat(verify(empty.root()).verifies()).isTrue();
    }

    @Test
    void namesOfEveryKind() throws Exception {
        assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "a locale with UTF-8");
        for (String name :
                new String[] {"Ünïcödé/日本語/🙂", "e\u0301", "\u00e9", "\ufffd", "tab\tnew\nline", "back\\slash", " "}) {
            Files.createDirectories(file(name).getParent());
            Files.write(file(name), random(5));
        }
        checkpoint.recordIt();
        assertThat(differences()).isEmpty();
        Files.write(file("bad\u202ename\u0007"), random(1));
        assertThat(differences()).contains("bad\\xe2\\x80\\xaename\\x07: is not on record: an extra file");
    }

    @Test
    void aNameThatIsNoUtf8IsExtra() throws Exception {
        byte[] script = "cd \"$1\" && : > \"$(printf 'caf\\351\\033x')\"".getBytes(StandardCharsets.UTF_8);
        Process shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        new String(script, StandardCharsets.UTF_8),
                        "sh",
                        file("a").toString())
                .inheritIO()
                .start();
        assertThat(shell.waitFor()).isZero();
        assertThat(differences())
                .contains("a/caf\\xe9\\x1bx: is not on record: an extra file (its name is no valid UTF-8)");
    }

    @Test
    void aSparseFileOfManyChunks() throws Exception {
        PublishedCheckpoint sparse = new PublishedCheckpoint(volume, "sparse");
        Files.createDirectory(sparse.root());
        Path file = sparse.root().resolve("weights");
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(100L * CHUNK + 1);
            bytes.seek(50L * CHUNK);
            bytes.write(random(100));
        }
        sparse.recordIt();
        assertThat(verify(sparse.root()).verifies()).isTrue();
        FileTime time = Files.getLastModifiedTime(file);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            for (long chunk = 99; chunk >= 0; chunk -= 9) {
                bytes.seek(chunk * CHUNK + 17);
                bytes.write(1);
            }
        }
        Files.setLastModifiedTime(file, time);
        assertThat(verify(sparse.root()).differences())
                .singleElement()
                .extracting(Difference::what)
                .asString()
                .startsWith("its bytes differ in 12 of 101 chunks: chunk 0 (bytes 0 to 4194303), chunk 9 ")
                .endsWith(", and 4 more");
    }

    @Test
    void listsTheFirstHundred() throws Exception {
        for (int i = 0; i < 150; i++) {
            Files.write(file("a/extra-" + i), random(1));
        }
        VerifyReport report = verify(checkpoint.root());
        assertThat(report.differences()).hasSize(100);
        assertThat(report.differencesMore()).isEqualTo(51); // and the directory's time
        assertThat(VerifyText.lines(report)).contains("… and 51 more differences");
    }

    @Test
    void withoutARecordThereIsNothingToCompare(@TempDir Path elsewhere) throws Exception {
        assertThatThrownBy(() -> verify(elsewhere))
                .isInstanceOf(VerifyException.class)
                .hasMessageContaining("is a volume of a daemon");
        assertThatThrownBy(() -> verify(volume.resolve("nothing/there")))
                .isInstanceOf(VerifyException.class)
                .hasMessageContaining("nothing was published as");
        assertThatThrownBy(() -> verify(volume)).isInstanceOf(VerifyException.class);
        Files.writeString(checkpoint.record("tree"), "carnet-tree v1\nd 755 0.000000000 .\n");
        assertThatThrownBy(() -> verify(checkpoint.root()))
                .isInstanceOf(VerifyException.class)
                .hasMessageContaining("is damaged: tree, line 2")
                .extracting(e -> ((VerifyException) e).kind())
                .isEqualTo(VerifyException.Kind.DAMAGED);
        Files.writeString(checkpoint.record("name"), "another");
        assertThatThrownBy(() -> verify(checkpoint.root())).hasMessageContaining("names another checkpoint");
    }

    /** What a peer pushed may hold a `.carnet` with forged records: the volume's own count. */
    @Test
    void theOutermostRecordsCount() throws Exception {
        PublishedCheckpoint forged = new PublishedCheckpoint(checkpoint.root(), "a");
        forged.recordIt();
        VerifyReport report = verify(file("a"));
        assertThat(report.records().name()).isEqualTo("run 7/step-100");
        assertThat(report.differences()).extracting(Difference::path).anyMatch(path -> path.equals(".carnet"));
        PublishedCheckpoint elsewhere = new PublishedCheckpoint(volume.resolve("other"), "step");
        Files.createDirectories(elsewhere.root());
        elsewhere.recordIt();
        assertThatThrownBy(() -> verify(elsewhere.root()))
                .isInstanceOf(VerifyException.class)
                .hasMessageContaining("nothing was published as")
                .hasMessageContaining("other/.carnet is not looked at");
    }

    @Test
    void aRecordThatIsNotThereOrSomethingElseIsDamaged() throws Exception {
        byte[] name = Files.readAllBytes(checkpoint.record("name"));
        Files.write(checkpoint.record("name"), new byte[100_000]);
        assertThat(damaged()).contains("/name is damaged").contains("more than 401 bytes");
        Files.delete(checkpoint.record("name"));
        assertThat(damaged()).contains("/name is missing");
        Files.write(checkpoint.record("name"), name);
        Files.write(checkpoint.record("mode-mask"), new byte[100]);
        assertThat(damaged()).contains("/mode-mask is damaged").contains("more than 8 bytes");
        Files.delete(checkpoint.record("mode-mask"));
        Files.delete(checkpoint.record("tree"));
        assertThat(damaged()).contains("/tree is damaged or incomplete: it is missing");
        assertThat(new ProcessBuilder("mkfifo", checkpoint.record("tree").toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        assertThat(damaged()).contains("/tree is damaged or incomplete: it is no regular file");
    }

    private String damaged() {
        VerifyException e = catchThrowableOfType(VerifyException.class, () -> verify(checkpoint.root()));
        assertThat(e.kind()).isEqualTo(VerifyException.Kind.DAMAGED);
        return String.valueOf(e.getMessage());
    }

    /** To choose takes longer than to hash so little. */
    @Test
    void littleIsHashedWithoutAChoice() throws Exception {
        Verifier verifier = new Verifier(
                () -> {
                    throw new AssertionError("chosen");
                },
                new SecureRandom(),
                2);
        VerifyReport report = verifier.verify(checkpoint.root(), OptionalInt.empty(), new VerifyProgress());
        assertThat(report.verifies()).isTrue();
        assertThat(report.hash()).isEqualTo("scalar");
    }

    @Test
    void aReceiptThatIsGoneIsNotBesideIt() throws Exception {
        Files.delete(checkpoint.record("receipt.dsse"));
        assertThat(VerifyText.lines(verify(checkpoint.root()))).anyMatch(l -> l.contains("no receipt is beside it"));
    }

    private Path file(String path) {
        return path.equals(".") ? checkpoint.root() : checkpoint.root().resolve(path);
    }

    private void flip(String path, long offset) throws IOException {
        FileTime time = Files.getLastModifiedTime(file(path));
        try (RandomAccessFile bytes = new RandomAccessFile(file(path).toFile(), "rw")) {
            bytes.seek(offset);
            int old = bytes.read();
            bytes.seek(offset);
            bytes.write(old ^ 1);
        }
        Files.setLastModifiedTime(file(path), time);
    }

    private java.util.List<String> differences() throws Exception {
        return verify(checkpoint.root()).differences().stream()
                .map(difference -> difference.path() + ": " + difference.what())
                .toList();
    }

    private static VerifyReport verify(Path path) throws Exception {
        return verifier().verify(path, OptionalInt.empty(), new VerifyProgress());
    }

    private static Verifier verifier() {
        return new Verifier(Blake3::best, new SecureRandom(), 3);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
