package dev.carnet.proto.oms;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.ledger.CanonicalJson;
import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What is written, and what is taken for it. */
class OmsBundleTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Sorted by components, {@code model/x} is before {@code model-00001}; and UTF-16 has the last two the other way round. */
    private static final List<String> NAMES = List.of(
            ".git/config",
            ".gitattributes",
            ".github/x",
            ".gitmodules",
            "a \"b\" \\ \n\t\u0001\u007f",
            "model-00001",
            "model.sig",
            "model/x",
            "model0",
            "sub/.git/config",
            "\uffff",
            "\ud83d\ude42");

    private final TestSigner signer;
    private final ManifestKey key;

    OmsBundleTest() throws Exception {
        signer = new TestSigner();
        key = new ManifestKey(signer.publicKey());
    }

    private static Hash32 digest(String name) throws Exception {
        return Hash32.of(MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8)));
    }

    private static byte[] tree(Iterable<String> names) throws Exception {
        TreeSet<String> all = new TreeSet<>(MemberPath.ORDER);
        for (String name : names) {
            for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
                all.add("d" + name.substring(0, slash));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TreeWriter writer = new TreeWriter(out);
        List<TreeMember> members = new ArrayList<>();
        members.add(new TreeMember.Directory(".", 0755, 0, 0));
        for (String directory : all) {
            members.add(new TreeMember.Directory(directory.substring(1), 0755, 0, 0));
        }
        for (String name : names) {
            members.add(new TreeMember.File(name, 0644, 0, 0, 7, digest(name)));
        }
        members.sort((a, b) -> MemberPath.ORDER.compare(a.path(), b.path()));
        for (TreeMember member : members) {
            writer.add(member);
        }
        writer.finish();
        return out.toByteArray();
    }

    private byte[] bundle(byte[] tree) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        OmsReader.Source source = () -> new ByteArrayInputStream(tree);
        OmsWriter.Measure measure = TreeBundle.measure(source, OmsFormat.Hash.BLAKE3, OmsFormat.model("run7/step-100"));
        TreeBundle.write(source, measure, signer, out);
        return out.toByteArray();
    }

    private static OmsBundle read(byte[] bundle) throws IOException {
        return OmsReader.read(() -> new ByteArrayInputStream(bundle), (name, algorithm, digest) -> {});
    }

    private static byte[] payload(byte[] bundle) throws IOException {
        return Base64.getDecoder()
                .decode(JSON.readTree(bundle).at("/dsseEnvelope/payload").textValue());
    }

    @Test
    void a_bundle_has_the_form_of_v1_0_and_a_signature_that_the_jdk_verifies_over_the_whole_payload() throws Exception {
        byte[] bundle = bundle(tree(NAMES));
        JsonNode json = JSON.readTree(bundle);
        assertThat(json.at("/mediaType").textValue()).isEqualTo("application/vnd.dev.sigstore.bundle.v0.3+json");
        byte[] pem = key.pem().getBytes(US_ASCII);
        assertThat(json.at("/verificationMaterial/publicKey/hint").textValue())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(pem)));
        assertThat(json.at("/dsseEnvelope/payloadType").textValue()).isEqualTo("application/vnd.in-toto+json");

        byte[] payload = payload(bundle);
        Signature ecdsa = Signature.getInstance("SHA256withECDSA");
        ecdsa.initVerify(java.security.KeyFactory.getInstance("EC")
                .generatePublic(new java.security.spec.X509EncodedKeySpec(signer.publicKey())));
        ecdsa.update(("DSSEv1 28 application/vnd.in-toto+json " + payload.length + " ").getBytes(US_ASCII));
        ecdsa.update(payload);
        assertThat(ecdsa.verify(Base64.getDecoder()
                        .decode(json.at("/dsseEnvelope/signatures/0/sig").textValue())))
                .isTrue();

        JsonNode statement = JSON.readTree(payload);
        assertThat(statement.at("/_type").textValue()).isEqualTo("https://in-toto.io/Statement/v1");
        assertThat(statement.at("/predicateType").textValue()).isEqualTo("https://model_signing/signature/v1.0");
        assertThat(statement.at("/subject/0/name").textValue()).isEqualTo("step-100");
        assertThat(statement.at("/predicate/serialization"))
                .isEqualTo(JSON.readTree("{\"method\":\"files\",\"hash_type\":\"blake3\",\"allow_symlinks\":false,"
                        + "\"ignore_paths\":[\".git\",\".gitattributes\",\".github\",\".gitignore\"]}"));
        MessageDigest subject = MessageDigest.getInstance("SHA-256");
        List<String> listed = new ArrayList<>();
        for (JsonNode resource : statement.at("/predicate/resources")) {
            listed.add(resource.get("name").textValue());
            assertThat(resource.get("algorithm").textValue()).isEqualTo("blake3");
            subject.update(HexFormat.of().parseHex(resource.get("digest").textValue()));
        }
        assertThat(statement.at("/subject/0/digest/sha256").textValue())
                .isEqualTo(HexFormat.of().formatHex(subject.digest()));
        assertThat(listed)
                .as("by code points, and without what no verifier looks at")
                .containsExactly(
                        ".gitmodules",
                        "a \"b\" \\ \n\t\u0001\u007f",
                        "model-00001",
                        "model.sig",
                        "model/x",
                        "model0",
                        "sub/.git/config",
                        "\uffff",
                        "\ud83d\ude42");
        assertThat(CanonicalJson.read(payload, 1 << 20, 8)).as("RFC 8785").isNotNull();
    }

    @Test
    void what_is_written_is_read_and_verifies_and_fits_its_tree() throws Exception {
        byte[] tree = tree(NAMES);
        byte[] bundle = bundle(tree);
        OmsBundle read = TreeBundle.check(() -> new ByteArrayInputStream(bundle), () -> new ByteArrayInputStream(tree));
        read.requireSignedBy(key);
        assertThat(read.ordered()).isTrue();
        assertThat(read.resources()).isEqualTo(9);
        assertThat(read.model()).isEqualTo("step-100");
        assertThat(read.hash()).isEqualTo("blake3");
        assertThat(read.ignored()).isEqualTo(OmsFormat.IGNORED);
    }

    @Test
    void a_bundle_of_another_tree_does_not_fit_and_the_file_is_named() throws Exception {
        byte[] bundle = bundle(tree(List.of("a", "b", "c")));
        OmsReader.Source source = () -> new ByteArrayInputStream(bundle);
        byte[] more = tree(List.of("a", "b", "c", "d"));
        assertThatThrownBy(() -> TreeBundle.check(source, () -> new ByteArrayInputStream(more)))
                .hasMessage("the bundle does not list 'd'");
        byte[] fewer = tree(List.of("a", "b"));
        assertThatThrownBy(() -> TreeBundle.check(source, () -> new ByteArrayInputStream(fewer)))
                .hasMessage("the bundle lists 'c', which the tree has not");
        byte[] other = new String(tree(List.of("a", "b", "c")), UTF_8)
                .replace(digest("b").hex(), digest("x").hex())
                .getBytes(UTF_8);
        assertThatThrownBy(() -> TreeBundle.check(source, () -> new ByteArrayInputStream(other)))
                .hasMessage("the bundle has another digest of 'b' than the tree");
    }

    @Test
    void a_checkpoint_that_is_one_file_lists_it_by_the_path_of_its_tree() throws Exception {
        ByteArrayOutputStream tree = new ByteArrayOutputStream();
        TreeWriter writer = new TreeWriter(tree);
        writer.add(new TreeMember.File(".", 0644, 0, 0, 7, digest("x")));
        writer.finish();
        JsonNode statement = JSON.readTree(payload(bundle(tree.toByteArray())));
        assertThat(statement.at("/predicate/resources/0/name").textValue()).isEqualTo(".");
    }

    @Test
    void nothing_to_list_is_no_bundle() throws Exception {
        byte[] tree = tree(List.of(".gitignore"));
        assertThatThrownBy(() -> bundle(tree)).isInstanceOf(OmsException.class);
    }

    @Test
    void names_out_of_order_are_refused_by_the_writer() throws Exception {
        OmsWriter.Measure measure = new OmsWriter.Measure(OmsFormat.Hash.SHA256, "m");
        measure.add("b");
        measure.add("a");
        OmsWriter writer = new OmsWriter(new ByteArrayOutputStream(), measure, signer);
        writer.add("b", new byte[32]);
        assertThatThrownBy(() -> writer.add("a", new byte[32])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void other_names_than_those_that_were_measured_give_no_bundle() throws Exception {
        OmsWriter.Measure measure = new OmsWriter.Measure(OmsFormat.Hash.SHA256, "m");
        measure.add("longer");
        OmsWriter writer = new OmsWriter(new ByteArrayOutputStream(), measure, signer);
        writer.add("short", new byte[32]);
        assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void another_key_does_not_verify() throws Exception {
        OmsBundle read = read(bundle(tree(List.of("a"))));
        ManifestKey other = new ManifestKey(new TestSigner().publicKey());
        assertThatThrownBy(() -> read.requireSignedBy(other)).hasMessageContaining("names another key");
        OmsBundle claimed = new OmsBundle(
                "key", other.hint(), "m", "", "blake3", false, List.of(), 1, true, read.signed(), read.signature());
        assertThatThrownBy(() -> claimed.requireSignedBy(other)).hasMessageContaining("does not verify");
    }

    /** Whatever bit it is, somebody notices: the form, the digest of the subject, or the signature. */
    @Test
    void a_bit_that_is_flipped_anywhere_is_found() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] tree = tree(NAMES);
        byte[] bundle = bundle(tree);
        int found = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] broken = bundle.clone();
            int at = random.nextInt(broken.length - 1); // not the last newline
            broken[at] ^= (byte) (1 << random.nextInt(8));
            try {
                TreeBundle.check(() -> new ByteArrayInputStream(broken), () -> new ByteArrayInputStream(tree))
                        .requireSignedBy(key);
                String text = new String(broken, UTF_8);
                assertThat(harmless(text, new String(bundle, UTF_8)))
                        .as("seed %d, byte %d: %s", seed, at, text.substring(Math.max(0, at - 30), at + 1))
                        .isTrue();
            } catch (IOException e) {
                found++;
            }
        }
        assertThat(found).as("seed %d", seed).isGreaterThan(1_900);
    }

    /** What OMS gives no meaning: keyid, tlogEntries, a hint that is missing, and bits of base64 that are left over. */
    private static boolean harmless(String broken, String whole) throws IOException {
        JsonNode was = JSON.readTree(whole);
        JsonNode is = JSON.readTree(broken);
        return Arrays.equals(decoded(is, "/dsseEnvelope/payload"), decoded(was, "/dsseEnvelope/payload"))
                && Arrays.equals(
                        decoded(is, "/dsseEnvelope/signatures/0/sig"), decoded(was, "/dsseEnvelope/signatures/0/sig"));
    }

    private static byte[] decoded(JsonNode json, String at) {
        return Base64.getDecoder().decode(json.at(at).textValue());
    }

    @Test
    void a_bundle_that_ends_early_is_refused_wherever_it_ends() throws Exception {
        byte[] bundle = bundle(tree(List.of("a", "b")));
        for (int length = 0; length < bundle.length - 2; length++) {
            byte[] torn = Arrays.copyOf(bundle, length);
            assertThatThrownBy(() -> read(torn)).as("%d bytes", length).isInstanceOf(OmsException.class);
        }
    }

    private byte[] changed(String from, String to) throws Exception {
        byte[] bundle = bundle(tree(List.of("a", "b")));
        String payload = new String(payload(bundle), UTF_8);
        assertThat(payload).contains(from);
        String other =
                Base64.getEncoder().encodeToString(payload.replace(from, to).getBytes(UTF_8));
        return new String(bundle, UTF_8)
                .replace(Base64.getEncoder().encodeToString(payload.getBytes(UTF_8)), other)
                .getBytes(UTF_8);
    }

    @Test
    void a_statement_that_breaks_a_rule_is_refused_and_the_rule_is_named() throws Exception {
        List<List<String>> rows = List.of(
                List.of("signature/v1.0", "signature/v9", "predicateType"),
                List.of("Statement/v1", "Statement/v0", "_type"),
                List.of("\"method\":\"files\"", "\"method\":\"shards\"", "method"),
                List.of("\"hash_type\":\"blake3\",", "", "hash_type"),
                List.of("\"allow_symlinks\":false,", "", "allow_symlinks"),
                List.of("\"name\":\"b\"", "\"nam\":\"b\"", "no name"),
                List.of("\"algorithm\":\"blake3\",", "", "no algorithm"),
                List.of("\"subject\":[{", "\"subject\":[{},{", "one subject"),
                List.of("\"subject\":[{", "\"subject\":[{\"name\":\"x\",", "payload is not"),
                List.of("\"sha256\":\"", "\"sha256\":\"00", "subject's digest"),
                List.of("\"name\":\"b\"", "\"name\":7", "is a string"),
                List.of("\"name\":\"b\"", "\"name\":\"" + "b".repeat(70_000) + "\"", "payload is not"));
        for (List<String> row : rows) {
            byte[] bundle = changed(row.get(0), row.get(1));
            assertThatThrownBy(() -> read(bundle))
                    .as(row.toString().substring(0, Math.min(80, row.toString().length())))
                    .isInstanceOf(OmsException.class)
                    .hasMessageContaining(row.get(2));
        }
    }

    @Test
    void a_name_that_is_changed_in_the_payload_is_found_by_the_signature_alone() throws Exception {
        byte[] bundle = changed("\"name\":\"b\"", "\"name\":\"c\"");
        OmsBundle read = read(bundle);
        assertThatThrownBy(() -> read.requireSignedBy(key)).hasMessageContaining("does not verify");
    }

    @Test
    void an_order_that_is_not_that_of_code_points_is_read_and_told() throws Exception {
        byte[] bundle = changed("\"name\":\"b\"", "\"name\":\"A\"");
        assertThat(read(bundle).ordered()).isFalse();
    }
}
