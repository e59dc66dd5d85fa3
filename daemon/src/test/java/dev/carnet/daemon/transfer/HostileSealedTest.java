package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.CvTree;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.v1.BlobPage;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Mode;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A source in sealed mode that announces one thing and sends another; every digest that it names is right but for what a test changes. */
class HostileSealedTest {
    private static final byte[] SMALL = Script.BYTES;
    private static final byte[] LARGE = new byte[ChunkHeader.CHUNK_BYTES + 7];
    private static final String HEAD = "carnet-tree v1\nd 0755 1700000000.000000000 .\n";

    @TempDir
    private static Path work;

    private static Stage stage;
    private Puppet puppet;
    private Script script;

    @BeforeAll
    static void open() throws Exception {
        stage = new Stage(work);
        Arrays.fill(LARGE, (byte) 7);
    }

    @BeforeEach
    void connect() {
        puppet = stage.puppet();
        script = new Script(puppet);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        puppet.end("the test is over");
        try {
            stage.assertNothingLeft();
        } finally {
            stage.removeLeftovers();
        }
    }

    @AfterAll
    static void close() throws Exception {
        try (Stage last = stage) {
            last.bystanderEnds();
        }
    }

    // ---- an honest checkpoint: "a" of one chunk, "b" of two

    private static String file(long size, Hash32 digest, String path) {
        return "f 0644 1700000000.000000000 " + size + " " + digest.hex() + " " + path + "\n";
    }

    private static Hash32 largeDigest() {
        CvTree tree = new CvTree();
        tree.add(Hash32.of(largeCv(0)));
        tree.add(Hash32.of(largeCv(1)));
        return tree.root();
    }

    private static byte[] chunk(int number) {
        return number == 0
                ? Arrays.copyOf(LARGE, ChunkHeader.CHUNK_BYTES)
                : Arrays.copyOfRange(LARGE, ChunkHeader.CHUNK_BYTES, LARGE.length);
    }

    private static byte[] largeCv(int number) {
        return Puppet.cv(chunk(number), number);
    }

    private static byte[] smallCv() {
        return Blake3.scalar()
                .chunkZero(MemorySegment.ofArray(SMALL), 0, SMALL.length)
                .cv()
                .toBytes();
    }

    private static String tree() {
        return HEAD + file(SMALL.length, Script.blake3(), "a") + file(LARGE.length, largeDigest(), "b");
    }

    private static byte[] cvs(byte[]... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Arrays.copyOf("carnet-cvs v1\n".getBytes(US_ASCII), 16));
        for (byte[] value : values) {
            out.writeBytes(value);
        }
        return out.toByteArray();
    }

    private static byte[] honestCvs() {
        return cvs(smallCv(), largeCv(0), largeCv(1));
    }

    // ---- the steps

    /** Offers it with the digests of these bytes, and begins. */
    private void begins(String tree, byte[] cvs, int members, long bytes) {
        script.offer = script.offer.toBuilder()
                .setMode(Mode.MODE_SEALED)
                .setTreeDigest(Script.digest(Script.sha256(tree.getBytes(UTF_8))))
                .setCvsDigest(Script.digest(Script.sha256(cvs)))
                .setMembers(members)
                .setLogicalBytesMax(bytes)
                .build();
        script.begins();
    }

    private void begins(String tree, byte[] cvs) {
        begins(tree, cvs, 3, SMALL.length + LARGE.length);
    }

    private void sends(ByteString digest, byte[] blob) {
        for (int at = 0; at < blob.length; at += Limits.BLOB_PAGE_BYTES_MAX) {
            int end = Math.min(blob.length, at + Limits.BLOB_PAGE_BYTES_MAX);
            page(digest, at, Arrays.copyOfRange(blob, at, end), end == blob.length);
        }
    }

    private void page(ByteString digest, long at, byte[] value, boolean last) {
        puppet.say(Control.newBuilder()
                .setBlobPage(BlobPage.newBuilder()
                        .setTransferId(script.transfer())
                        .setAttempt(script.attempt)
                        .setDigest(digest)
                        .setOffset(at)
                        .setValue(ByteString.copyFrom(value))
                        .setLast(last))
                .build());
    }

    private void sendsBoth(String tree, byte[] cvs) {
        sends(script.offer.getTreeDigest(), tree.getBytes(UTF_8));
        sends(script.offer.getCvsDigest(), cvs);
    }

    private void assertAborted(Code code) throws Exception {
        assertThat(script.aborted()).isEqualTo(code);
        TransferView view = stage.await(stage.destination, script.hexId(), TransferView::finished);
        assertThat(view.code()).isEqualTo(code.name());
        assertThat(view.error()).isNotBlank();
        assertThat(stage.destination.volumePath().resolve(script.name)).doesNotExist();
    }

    // ---- trees

    @Test
    void the_steps_themselves_are_right() throws Exception {
        begins(tree(), honestCvs());
        sendsBoth(tree(), honestCvs());
        assertThat(stage.await(stage.destination, script.hexId(), view -> view.files() == 2)
                        .mode())
                .isEqualTo("sealed");
        stage.destination.engine().cancel(script.hexId());
        assertThat(script.aborted()).isEqualTo(Code.CANCELLED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "f 0644 1700000000.000000000 0 DIGEST b\nf 0644 1700000000.000000000 0 DIGEST a\n",
                "f 0644 1700000000.000000000 0 DIGEST a\nf 0644 1700000000.000000000 0 DIGEST a\n",
                "f 0644 1700000000.000000000 0 DIGEST /etc/passwd\nf 0644 1700000000.000000000 0 DIGEST z\n",
                "f 0644 1700000000.000000000 0 DIGEST ../x\nf 0644 1700000000.000000000 0 DIGEST z\n",
                "f 0644 1700000000.000000000 0 DIGEST .carnet/x\nf 0644 1700000000.000000000 0 DIGEST z\n",
                "f 0644 1700000000.000000000 0 DIGEST no/parent\nf 0644 1700000000.000000000 0 DIGEST z\n",
                "f 04755 1700000000.000000000 0 DIGEST a\nf 0644 1700000000.000000000 0 DIGEST z\n",
                "f 0644 1700000000.000000000 00 DIGEST a\nf 0644 1700000000.000000000 0 DIGEST z\n",
                "f 0644 1700000000.000000000 0 DIGEST \\x41\nf 0644 1700000000.000000000 0 DIGEST z\n",
                "f 0644 1700000000.000000000 99999999999999999 DIGEST a\nf 0644 1700000000.000000000 0 DIGEST z\n",
                "l 0777 1700000000.000000000 a\nf 0644 1700000000.000000000 0 DIGEST z\n",
                "f 0644 1700000000.000000000 0 DIGEST a\nf 0644 1700000000.000000000 0 DIGEST z",
            })
    void a_tree_that_breaks_the_rules_is_none(String lines) throws Exception {
        String tree = HEAD + lines.replace("DIGEST", Chunks.EMPTY_FILE.hex());
        begins(tree, cvs());
        sends(script.offer.getTreeDigest(), tree.getBytes(UTF_8));
        assertAborted(Code.PROTOCOL);
    }

    @Test
    void more_members_or_bytes_than_were_offered_are_refused_and_so_are_fewer() throws Exception {
        begins(tree(), honestCvs(), 2, SMALL.length + LARGE.length);
        sends(script.offer.getTreeDigest(), tree().getBytes(UTF_8));
        assertAborted(Code.LIMIT);
        script = new Script(puppet);
        begins(tree(), honestCvs(), 3, SMALL.length);
        sends(script.offer.getTreeDigest(), tree().getBytes(UTF_8));
        assertAborted(Code.LIMIT);
        script = new Script(puppet);
        begins(tree(), honestCvs(), 4, SMALL.length + LARGE.length);
        sends(script.offer.getTreeDigest(), tree().getBytes(UTF_8));
        assertAborted(Code.TREE_MISMATCH);
    }

    // ---- chunk values

    @Test
    void chunk_values_that_do_not_make_a_files_digest_are_refused_by_its_name() throws Exception {
        byte[] lies = cvs(smallCv(), largeCv(1), largeCv(0));
        begins(tree(), lies);
        sendsBoth(tree(), lies);
        assertAborted(Code.FILE_MISMATCH);
        assertThat(stage.destination.engine().get(script.hexId()).orElseThrow().error())
                .contains("'b'");
    }

    @Test
    void too_few_and_too_many_chunk_values_are_refused() throws Exception {
        byte[] few = cvs(smallCv(), largeCv(0));
        begins(tree(), few);
        sendsBoth(tree(), few);
        assertAborted(Code.FILE_MISMATCH);
        script = new Script(puppet);
        byte[] many = cvs(smallCv(), largeCv(0), largeCv(1), largeCv(1));
        begins(tree(), many);
        sendsBoth(tree(), many);
        assertAborted(Code.LIMIT);
    }

    @Test
    void an_empty_file_with_anothers_digest_is_refused() throws Exception {
        String tree = HEAD + file(0, Script.blake3(), "a");
        begins(tree, cvs(), 2, 0);
        sendsBoth(tree, cvs());
        assertAborted(Code.FILE_MISMATCH);
    }

    // ---- chunks

    @Test
    void a_chunk_that_is_true_to_its_header_and_not_to_the_tree_is_caught_at_that_chunk() throws Exception {
        begins(tree(), honestCvs());
        sendsBoth(tree(), honestCvs());
        puppet.hears(Control.BodyCase.FILE_PAGE_ACK);
        byte[] lie = chunk(1);
        lie[0] ^= 1;
        puppet.chunk(Puppet.header(script.transfer(), script.attempt, 2, 1, lie), lie);
        assertAborted(Code.CHUNK_MISMATCH);
        assertThat(stage.destination.engine().get(script.hexId()).orElseThrow().error())
                .contains("chunk 1 of 'b'");
    }

    @Test
    void a_file_of_one_chunk_whose_digest_is_another_is_caught_at_that_chunk() throws Exception {
        String tree = HEAD + file(SMALL.length, largeDigest(), "a");
        begins(tree, cvs(smallCv()), 2, SMALL.length);
        sendsBoth(tree, cvs(smallCv()));
        puppet.hears(Control.BodyCase.FILE_PAGE_ACK);
        ChunkHeader header = Puppet.header(script.transfer(), script.attempt, 1, 0, SMALL);
        puppet.chunk(header, SMALL);
        assertAborted(Code.CHUNK_MISMATCH);
    }

    @Test
    void a_chunk_before_the_tree_is_refused() throws Exception {
        begins(tree(), honestCvs());
        puppet.chunk(Puppet.header(script.transfer(), script.attempt, 1, 0, SMALL), SMALL);
        assertAborted(Code.PROTOCOL);
    }

    // ---- messages out of place

    @Test
    void a_page_of_members_has_no_place_in_sealed_mode() throws Exception {
        begins(tree(), honestCvs());
        script.page(0, Script.directory("."), Script.file("a", 1));
        assertAborted(Code.PROTOCOL);
    }

    @Test
    void a_page_of_a_blob_has_no_place_in_open_mode() throws Exception {
        script.begins();
        page(ByteString.copyFrom(new byte[32]), 0, new byte[1], false);
        assertAborted(Code.PROTOCOL);
    }

    @Test
    void the_tree_a_second_time_is_refused() throws Exception {
        begins(tree(), honestCvs());
        sendsBoth(tree(), honestCvs());
        puppet.hears(Control.BodyCase.FILE_PAGE_ACK);
        sends(script.offer.getTreeDigest(), tree().getBytes(UTF_8));
        assertAborted(Code.PROTOCOL);
    }
}
