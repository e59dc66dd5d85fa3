package dev.carnet.client.verify;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.CvTree;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeSummary;
import dev.carnet.proto.tree.TreeWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A volume with one checkpoint, recorded as SPEC.md section 12 says. Hashed with the scalar BLAKE3, chunk after chunk. */
public final class PublishedCheckpoint {

    private final Path volume;
    private final String name;
    private final Path records;

    public PublishedCheckpoint(Path volume, String name) {
        this.volume = volume;
        this.name = name;
        this.records = volume.resolve(".carnet/records").resolve(sha256(name));
    }

    public Path root() {
        return volume.resolve(name);
    }

    public Path record(String file) {
        return records.resolve(file);
    }

    /** Records what stands at the name now. */
    public TreeSummary recordIt() throws IOException {
        Files.createDirectories(records);
        ByteArrayOutputStream tree = new ByteArrayOutputStream();
        ByteArrayOutputStream cvs = new ByteArrayOutputStream();
        cvs.writeBytes("carnet-cvs v1\n\0\0".getBytes(UTF_8));
        TreeWriter writer = new TreeWriter(tree);
        for (String path : paths()) {
            writer.add(member(path, cvs));
        }
        TreeSummary summary = writer.finish();
        Files.write(record("tree"), tree.toByteArray());
        Files.write(record("cvs"), cvs.toByteArray());
        Files.writeString(record("name"), name);
        Files.write(record("seal.dsse"), envelope("seal", summary, name));
        Files.write(record("receipt.dsse"), envelope("transfer-receipt", summary, name));
        return summary;
    }

    /** An envelope with one signature of zeros. */
    static byte[] envelope(String predicate, TreeSummary tree, String name) {
        String payload = """
                {"_type":"https://in-toto.io/Statement/v1","predicate":{"content":"%s","destination":{"name":"%s"},"files":%d,\
                "logicalBytes":"%d"},"predicateType":"https://carnet.dev/%s/v1","subject":[{"digest":{"sha256":"%s"},"name":"tree"}]}""".formatted(
                        tree.contentDigest(), name, tree.files(), tree.logicalBytes(), predicate, tree.treeDigest());
        Base64.Encoder base64 = Base64.getEncoder();
        return """
                {"payload":"%s","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"%s","sig":"%s"}]}""".formatted(
                        base64.encodeToString(payload.getBytes(UTF_8)),
                        "0".repeat(64),
                        base64.encodeToString(new byte[64]))
                .getBytes(UTF_8);
    }

    private List<String> paths() throws IOException {
        Path root = root();
        try (Stream<Path> all = Files.walk(root)) {
            return all.map(path -> path.equals(root)
                            ? MemberPath.ROOT
                            : root.relativize(path).toString())
                    .sorted(MemberPath.ORDER)
                    .toList();
        }
    }

    private TreeMember member(String path, ByteArrayOutputStream cvs) throws IOException {
        Path at = path.equals(MemberPath.ROOT) ? root() : root().resolve(path);
        int mode = (int) Files.getAttribute(at, "unix:mode", NOFOLLOW_LINKS) & 0777;
        FileTime time = Files.getLastModifiedTime(at, NOFOLLOW_LINKS);
        long seconds = time.toInstant().getEpochSecond();
        int nanos = time.toInstant().getNano();
        if (Files.isDirectory(at, NOFOLLOW_LINKS)) {
            return new TreeMember.Directory(path, mode, seconds, nanos);
        }
        return new TreeMember.File(path, mode, seconds, nanos, Files.size(at), digest(at, cvs));
    }

    private static Hash32 digest(Path file, ByteArrayOutputStream cvs) throws IOException {
        Blake3 blake3 = Blake3.best();
        byte[] cv = new byte[Hash32.BYTES];
        try (FileChannel channel = FileChannel.open(file);
                Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            CvTree tree = new CvTree();
            for (long at = 0; at < bytes.byteSize(); at += Blake3.CHUNK_BYTES) {
                int length = (int) Math.min(Blake3.CHUNK_BYTES, bytes.byteSize() - at);
                blake3.chunkCv(bytes, at, length, at / Blake3.CHUNK_BYTES, cv);
                cvs.writeBytes(cv);
                tree.add(cv);
            }
            if (tree.count() > 1) {
                return tree.root();
            }
            blake3.rootOfSingleChunk(bytes, 0, (int) bytes.byteSize(), cv);
            return Hash32.of(cv);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
