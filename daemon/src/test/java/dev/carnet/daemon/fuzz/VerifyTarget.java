package dev.carnet.daemon.fuzz;

import static dev.carnet.daemon.fuzz.Target.hold;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.verify.Verifier;
import dev.carnet.client.verify.VerifyException;
import dev.carnet.client.verify.VerifyProgress;
import dev.carnet.client.verify.VerifyReport;
import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.ChunkHash;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.tree.TreeWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The records beside a published checkpoint as {@code carnet verify} reads them: the first byte of an input says which (tree, cvs, seal.dsse, mode-mask), the rest is
 * what stands there instead. A record that is not the right one never verifies.
 */
final class VerifyTarget implements Target {
    static final String[] RECORDS = {"tree", "cvs", "seal.dsse", "mode-mask"};
    private static final String NAME = "run";
    private static final long MTIME = 1_763_956_800L;

    private final Path volume;
    private final Path folder;
    private final Map<String, byte[]> good = new LinkedHashMap<>();

    VerifyTarget() {
        try {
            volume = scratch();
            folder = volume.resolve(".carnet/records").resolve(sha256(NAME.getBytes(UTF_8)));
            make();
            hold(verify().verifies(), "the checkpoint that is not touched does not verify");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** A record as it should be. */
    byte[] good(String record) {
        return good.get(record);
    }

    @Override
    public void run(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        String record = RECORDS[Byte.toUnsignedInt(input[0]) % RECORDS.length];
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        Files.write(folder.resolve(record), bytes);
        try {
            VerifyReport report = verify();
            boolean mustBe = record.equals("tree") || record.equals("cvs");
            hold(!report.verifies() || !mustBe || Arrays.equals(bytes, good.get(record)), record + " verifies changed");
            report.differences().forEach(d -> hold(!d.toString().isBlank(), "a difference that says nothing"));
        } catch (VerifyException e) {
            hold(!String.valueOf(e.getMessage()).isBlank(), "refused without a word");
        } finally {
            Files.write(folder.resolve(record), good.get(record));
        }
    }

    private VerifyReport verify() throws VerifyException {
        return new Verifier().verify(volume.resolve(NAME), OptionalInt.empty(), new VerifyProgress());
    }

    private void make() throws Exception {
        Path root = Files.createDirectories(volume.resolve(NAME));
        ByteArrayOutputStream tree = new ByteArrayOutputStream();
        ByteArrayOutputStream cvs = new ByteArrayOutputStream();
        cvs.writeBytes("carnet-cvs v1\n\0\0".getBytes(UTF_8));
        TreeWriter writer = new TreeWriter(tree);
        writer.add(new TreeMember.Directory(".", 0755, MTIME, 0));
        for (String file : List.of("config.json", "weights")) {
            byte[] content = ("content of " + file).getBytes(UTF_8);
            Path path = Files.write(root.resolve(file), content);
            settle(path, "rw-r--r--");
            ChunkHash hash = Blake3.scalar().chunkZero(MemorySegment.ofArray(content), 0, content.length);
            cvs.writeBytes(HexFormat.of().parseHex(hash.cv().hex()));
            writer.add(new TreeMember.File(file, 0644, MTIME, 0, content.length, hash.root()));
        }
        settle(root, "rwxr-xr-x");
        TreeSummary summary = writer.finish();
        good.put("tree", tree.toByteArray());
        good.put("cvs", cvs.toByteArray());
        good.put("seal.dsse", seal(summary));
        good.put("mode-mask", "0777\n".getBytes(UTF_8));
        good.put("name", NAME.getBytes(UTF_8));
        Files.createDirectories(folder);
        for (var record : good.entrySet()) {
            Files.write(folder.resolve(record.getKey()), record.getValue());
        }
    }

    private static void settle(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        Files.setLastModifiedTime(path, FileTime.from(Instant.ofEpochSecond(MTIME)));
    }

    private static byte[] seal(TreeSummary tree) {
        String digest = "0".repeat(64);
        Seal seal = new Seal(
                "spiffe://a.test/x",
                "a.test/x",
                Instant.ofEpochSecond(MTIME),
                "1".repeat(32),
                tree.treeDigest().hex(),
                digest,
                "2".repeat(32),
                tree.contentDigest().hex(),
                tree.files(),
                tree.directories(),
                tree.logicalBytes(),
                new Seal.Source("spiffe://a.test/x", "a.test/x"),
                new Seal.Destination("spiffe://a.test/y", "a.test/y", "models", NAME),
                Optional.empty());
        return new Dsse(seal.payload(), List.of(new Dsse.Signature(digest, new byte[64]))).encode();
    }

    static Path scratch() {
        try {
            Path memory = Path.of("/dev/shm");
            Path folder = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "carnet-fuzz-")
                    : Files.createTempDirectory("carnet-fuzz-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void remove(Path folder) {
        try (var files = Files.walk(folder)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(f -> f.toFile().delete());
        } catch (IOException e) {
            // it lies in memory, and the machine forgets it
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
