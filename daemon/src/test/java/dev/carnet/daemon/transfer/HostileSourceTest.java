package dev.carnet.daemon.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import dev.carnet.daemon.state.Table;
import dev.carnet.proto.ledger.Dsse;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Cancel;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.ContentForm;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Extension;
import dev.carnet.proto.wire.v1.FileSeal;
import dev.carnet.proto.wire.v1.FileSeals;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.Label;
import dev.carnet.proto.wire.v1.MemberLine;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.OfferMessage;
import dev.carnet.proto.wire.v1.Part;
import dev.carnet.proto.wire.v1.Permit;
import dev.carnet.proto.wire.v1.Resume;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A peer with a good certificate that keeps to none of the rules: each of its lies ends with a named code, leaves nothing, and touches no other transfer. */
class HostileSourceTest {
    @TempDir(factory = FastDisk.class)
    private static Path work;

    private static Stage stage;
    private Puppet puppet;

    @BeforeAll
    static void open() throws Exception {
        stage = new Stage(work);
    }

    @BeforeEach
    void connect() {
        puppet = stage.puppet();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        puppet.end("the test is over");
        try {
            stage.assertNothingLeft();
        } finally {
            stage.removeLeftovers(); // so that one test's leftovers are not the next one's failure
        }
    }

    @AfterAll
    static void close() throws Exception {
        try (Stage last = stage) {
            last.bystanderEnds();
        }
    }

    /** Many cases, each on a session of its own and with the look for leftovers after it. */
    private Stream<DynamicTest> cases(Map<String, Executable> each) {
        return each.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
                    connect();
                    entry.getValue().execute();
                    nothingIsLeft();
                }));
    }

    private int entries() {
        return stage.destination.said().size();
    }

    private void assertAborted(Script script, Code code) throws Exception {
        assertThat(script.aborted()).isEqualTo(code);
        TransferView view = stage.await(stage.destination, script.hexId(), TransferView::finished);
        assertThat(view.state()).isEqualTo("ABORTED");
        assertThat(view.code()).isEqualTo(code.name());
        assertThat(view.error()).isNotBlank();
        assertThat(stage.destination.volumePath().resolve(script.name)).doesNotExist();
        List<String> said = stage.destination.said();
        assertThat(said.subList(said.size() - 2, said.size())).containsExactly("transfer-abort", "staging-destroyed");
    }

    @Test
    void the_script_itself_is_right() throws Exception {
        Script script = new Script(puppet).begins().announces();
        script.finishes();
        assertThat(stage.destination.volumePath().resolve(script.name).resolve("a"))
                .hasBinaryContent(Script.BYTES);
        assertThat(stage.await(stage.destination, script.hexId(), TransferView::finished)
                        .state())
                .isEqualTo("CLOSED");
    }

    // ---- frames

    @Test
    void a_frame_of_an_old_attempt_is_dropped_and_changes_nothing() throws Exception {
        Script script = new Script(puppet).begins().announces();
        script.resumes().held();
        assertThat(script.attempt).isEqualTo(2);
        byte[] lie = new byte[Script.BYTES.length];
        puppet.chunk(
                Puppet.header(script.transfer(), 1, 1, 0, lie), lie); // true to its own CV: only the attempt is old
        puppet.chunk(Puppet.header(script.transfer(), 3, 1, 0, lie), lie); // and one that is not yet
        assertThat(stage.poolInUse()).isZero();
        script.finishes();
        assertThat(stage.destination.volumePath().resolve(script.name).resolve("a"))
                .hasBinaryContent(Script.BYTES);
    }

    @Test
    void a_page_and_seals_of_an_old_attempt_are_dropped() throws Exception {
        Script script = new Script(puppet).begins();
        script.resumes().held();
        script.attempt = 1;
        script.page(0, Script.directory("."), Script.file("b", 7));
        script.attempt = 2;
        script.announces().finishes();
        assertThat(stage.destination.volumePath().resolve(script.name).resolve("b"))
                .doesNotExist();
    }

    @Test
    void a_frame_of_nobodys_or_of_anothers_transfer_is_dropped() {
        byte[] lie = new byte[4 << 20];
        puppet.chunk(Puppet.header(ByteString.copyFrom(new byte[16]), 1, 1, 0, lie), lie);
        puppet.chunk(Puppet.header(Script.digest(stage.bystander()), 1, 1, 1, lie), lie);
        assertThat(stage.poolInUse()).isZero();
    }

    @Test
    void a_frame_that_was_written_already_is_dropped() throws Exception {
        Script script = new Script(puppet).begins().announces().sends();
        puppet.chunk(Puppet.header(script.transfer(), 1, 1, 0, Script.BYTES), Script.BYTES);
        script.seals().closes(script.receipt());
    }

    @TestFactory
    Stream<DynamicTest> frames_that_lie() {
        byte[] good = Script.BYTES;
        byte[] shorter = Arrays.copyOf(good, good.length - 1);
        byte[] longer = Arrays.copyOf(good, good.length + 1);
        byte[] bomb = Zstd.compress(new byte[16 << 20]);
        byte[] zstd = Zstd.compress(good);
        byte[] small = Zstd.compress(shorter);
        return cases(Map.ofEntries(
                Map.entry("beyond the file", frame(1, 1, good, Code.PROTOCOL)),
                Map.entry("far beyond the file", frame(1, Integer.MAX_VALUE, good, Code.PROTOCOL)),
                Map.entry("of a directory", frame(0, 0, good, Code.PROTOCOL)),
                Map.entry("of a member that was not announced", frame(2, 0, good, Code.PROTOCOL)),
                Map.entry("of a member beyond every limit", frame(Integer.MAX_VALUE, 0, good, Code.PROTOCOL)),
                Map.entry("shorter than the chunk", frame(1, 0, shorter, Code.PROTOCOL)),
                Map.entry("longer than the chunk", frame(1, 0, longer, Code.PROTOCOL)),
                Map.entry("other bytes than its CV says", zstd(0, good, Puppet.cv(shorter, 0), good.length)),
                Map.entry("the CV of another place", zstd(0, good, Puppet.cv(good, 1), good.length)),
                Map.entry("a decompression bomb", zstd(1, Arrays.copyOf(bomb, 999), Puppet.cv(good, 0), 1_000)),
                Map.entry("a frame that gives more", zstd(1, Zstd.compress(longer), Puppet.cv(good, 0), 1_000)),
                Map.entry("a frame that gives less", zstd(1, small, Puppet.cv(good, 0), 1_000)),
                Map.entry(
                        "a truncated frame", zstd(1, Arrays.copyOf(zstd, zstd.length - 1), Puppet.cv(good, 0), 1_000)),
                Map.entry("no zstd at all", zstd(1, new byte[] {1, 2, 3}, Puppet.cv(good, 0), 1_000))));
    }

    private Executable frame(int member, int chunk, byte[] bytes, Code code) {
        return () -> {
            Script script = new Script(puppet).begins().announces();
            puppet.chunk(Puppet.header(script.transfer(), 1, member, chunk, bytes), bytes);
            assertAborted(script, code);
        };
    }

    private Executable zstd(int codec, byte[] wire, byte[] cv, int length) {
        return () -> {
            Script script = new Script(puppet).begins().announces();
            ChunkHeader header = new ChunkHeader(
                    ChunkHeader.KIND_DATA,
                    (byte) codec,
                    1,
                    script.transfer().toByteArray(),
                    1,
                    0,
                    length,
                    wire.length,
                    cv);
            puppet.chunk(header, wire);
            assertAborted(script, Code.CHUNK_MISMATCH);
        };
    }

    @Test
    void a_bomb_that_fits_its_wire_length_gets_no_more_memory_than_its_chunk() throws Exception {
        int size = 1 << 20;
        byte[] bomb = Zstd.compress(new byte[64 << 20]);
        Script script = new Script(puppet);
        script.offer = script.offer.toBuilder().setLogicalBytesMax(size).build();
        script.begins().page(0, Script.directory("."), Script.file("a", size));
        puppet.hears(Control.BodyCase.FILE_PAGE_ACK);
        puppet.chunk(
                new ChunkHeader(
                        ChunkHeader.KIND_DATA,
                        ChunkHeader.CODEC_ZSTD,
                        1,
                        script.transfer().toByteArray(),
                        1,
                        0,
                        size,
                        bomb.length,
                        Puppet.cv(new byte[size], 0)),
                bomb);
        assertAborted(script, Code.CHUNK_MISMATCH);
    }

    // ---- members

    @TestFactory
    Stream<DynamicTest> members_that_break_the_rules() {
        MemberLine root = Script.directory(".");
        return cases(Map.ofEntries(
                Map.entry("a gap", pages(Code.PROTOCOL, s -> s.page(1, Script.file("a", 1)))),
                Map.entry(
                        "the same page twice",
                        pages(Code.PROTOCOL, s -> s.announces().page(0, root, Script.file("a", 1)))),
                Map.entry(
                        "a gap later", pages(Code.PROTOCOL, s -> s.page(0, root).page(2, Script.file("a", 1)))),
                Map.entry(
                        "out of order",
                        pages(Code.PROTOCOL, s -> s.page(0, root, Script.file("b", 1), Script.file("a", 1)))),
                Map.entry(
                        "a name twice",
                        pages(Code.PROTOCOL, s -> s.page(0, root, Script.file("a", 1), Script.file("a", 1)))),
                Map.entry(
                        "out of order over two pages",
                        pages(
                                Code.PROTOCOL,
                                s -> s.page(0, root, Script.file("b", 1)).page(2, Script.file("a", 1)))),
                Map.entry(
                        "more members than offered",
                        pages(
                                Code.LIMIT,
                                s -> s.page(
                                        0,
                                        root,
                                        Script.file("a", 1),
                                        Script.file("b", 1),
                                        Script.file("c", 1),
                                        Script.file("d", 1)))),
                Map.entry(
                        "more bytes than offered",
                        pages(Code.LIMIT, s -> s.page(0, root, Script.file("a", Script.BYTES.length + 1)))),
                Map.entry(
                        "more bytes than offered in sum",
                        pages(
                                Code.LIMIT,
                                s -> s.page(0, root, Script.file("a", Script.BYTES.length))
                                        .page(2, Script.file("b", 1)))),
                Map.entry("no parent", pages(Code.PROTOCOL, s -> s.page(0, root, Script.file("a/b", 1)))),
                Map.entry(
                        "a file as parent",
                        pages(Code.PROTOCOL, s -> s.page(0, root, Script.file("a", 1), Script.file("a/b", 1)))),
                Map.entry(
                        "a file as root with members",
                        pages(Code.PROTOCOL, s -> s.page(0, Script.file(".", 1), Script.file("a", 1))))));
    }

    private Executable pages(Code code, UnaryOperator<Script> says) {
        return () -> {
            Script script = new Script(puppet);
            script.offer = script.offer.toBuilder().setMembers(4).build();
            var _ = says.apply(script.begins());
            assertAborted(script, code);
        };
    }

    @TestFactory
    Stream<DynamicTest> names_that_escape_never_reach_a_disk() {
        Stream<String> names = Stream.of(
                "..",
                "../x",
                "/etc/x",
                "a/../../x",
                "a/./b",
                "a//b",
                "a/",
                "",
                "a\0b",
                "x".repeat(256),
                ("d/").repeat(64) + "x",
                "./a",
                ".");
        return cases(names.collect(java.util.stream.Collectors.toMap(
                name -> "'" + name.substring(0, Math.min(20, name.length())) + "'",
                name -> () -> escapes(ByteString.copyFromUtf8(name)))));
    }

    @Test
    void a_name_that_is_no_utf8_never_reaches_a_disk() throws Exception {
        escapes(ByteString.copyFrom(new byte[] {'a', (byte) 0xff}));
        escapes(ByteString.copyFrom(new byte[] {(byte) 0xc0, (byte) 0xae, '.', '/', 'x'})); // an overlong dot
    }

    /** The form is broken: the session ends; the transfer, which anybody may resume, is taken back by the operator here. */
    private void escapes(ByteString path) throws Exception {
        connect();
        Script script = new Script(puppet).begins();
        script.page(
                0,
                Script.directory("."),
                Script.file("a", 1).toBuilder().setPath(path).build());
        assertThat(puppet.ended()).startsWith("PROTOCOL").contains("path");
        TransferView view = stage.destination.engine().get(script.hexId()).orElseThrow();
        assertThat(view.state()).isEqualTo("RECEIVING");
        try (Stream<Path> all = Files.walk(work)) {
            assertThat(all.map(p -> p.getFileName().toString())).doesNotContain("x");
        }
        stage.destination.engine().cancel(script.hexId());
        stage.await(stage.destination, script.hexId(), TransferView::finished);
    }

    // ---- offers

    private static final ByteString DIGEST = ByteString.copyFrom(new byte[32]);

    private static Offer.Builder sealed(Offer.Builder offer) {
        return offer.setMode(Mode.MODE_SEALED).setTreeDigest(DIGEST).setCvsDigest(DIGEST);
    }

    @TestFactory
    Stream<DynamicTest> offers_that_are_refused() {
        return cases(Map.ofEntries(
                Map.entry(
                        "a part that nobody asked for",
                        offer(Code.UNSUPPORTED, o -> sealed(o).setPartOf(DIGEST))),
                Map.entry(
                        "a pull that nobody asked for",
                        offer(
                                Code.OFFER_MISMATCH,
                                o -> sealed(o)
                                        .setDirection(Direction.DIRECTION_PULL)
                                        .setRequest(DIGEST))),
                Map.entry(
                        "parts",
                        offer(Code.UNSUPPORTED, o -> o.setPart(Part.newBuilder().setOf(2)))),
                Map.entry("pointers", offer(Code.UNSUPPORTED, o -> o.addPointers("latest"))),
                Map.entry("bases", offer(Code.UNSUPPORTED, o -> o.addBases(DIGEST))),
                Map.entry(
                        "permits",
                        offer(
                                Code.UNSUPPORTED,
                                o -> o.addPermits(Permit.newBuilder().setDigest(DIGEST)))),
                Map.entry("a replica", offer(Code.UNSUPPORTED, o -> o.setReplica(1))),
                Map.entry(
                        "sealed content",
                        offer(Code.UNSUPPORTED, o -> o.setContentForm(ContentForm.CONTENT_FORM_SEALED))),
                Map.entry(
                        "a critical extension",
                        offer(
                                Code.CRITICAL_EXTENSION,
                                o -> o.addExtensions(
                                        Extension.newBuilder().setName("x").setCritical(true)))),
                Map.entry("another version", offer(Code.VERSION, o -> o.setVersion(2))),
                Map.entry("another's ID as source", offer(Code.PROTOCOL, o -> o.setSourceId(stage.source.spiffeId))),
                Map.entry(
                        "another's coordination",
                        offer(Code.UNSUPPORTED, o -> o.setCoordinator(stage.source.spiffeId))),
                Map.entry(
                        "for another destination",
                        offer(Code.PROTOCOL, o -> o.setDestinationId(stage.source.spiffeId))),
                Map.entry("another origin", offer(Code.PROTOCOL, o -> o.setSourceOrigin("else.example"))),
                Map.entry("another origin of ours", offer(Code.PROTOCOL, o -> o.setDestinationOrigin("else.example"))),
                Map.entry("a name with ..", offer(Code.BAD_NAME, o -> o.setName("a/../../x"))),
                Map.entry("an absolute name", offer(Code.BAD_NAME, o -> o.setName("/etc/x"))),
                Map.entry("a name with NUL", offer(Code.BAD_NAME, o -> o.setName("a\0b"))),
                Map.entry("a name with a newline", offer(Code.BAD_NAME, o -> o.setName("a\nb"))),
                Map.entry("the daemon's folder", offer(Code.BAD_NAME, o -> o.setName(".carnet/staging/x"))),
                Map.entry("a volume with ..", offer(Code.POLICY, o -> o.setVolume(".."))),
                Map.entry("a volume that is not there", offer(Code.POLICY, o -> o.setVolume("nowhere"))),
                Map.entry("a name that is reserved", offer(Code.NAME_TAKEN, o -> o.setName("honest"))),
                Map.entry("a name inside it", offer(Code.NAME_TAKEN, o -> o.setName("honest/x"))),
                Map.entry("beyond the quota", offer(Code.NO_SPACE, o -> o.setLogicalBytesMax(1L << 30))),
                Map.entry("beyond the disk", offer(Code.NO_SPACE, o -> o.setLogicalBytesMax(Long.MAX_VALUE)))));
    }

    private Executable offer(Code code, UnaryOperator<Offer.Builder> change) {
        return () -> {
            int before = entries();
            int rows = stage.destination.rows(Table.TRANSFERS);
            int names = stage.destination.names();
            Script script = new Script(puppet);
            script.offer = change.apply(script.offer.toBuilder()).build();
            script.offers();
            Control refusal = puppet.hears(Control.BodyCase.REFUSE);
            assertThat(refusal.getRefuse().getCode()).isEqualTo(code);
            assertThat(refusal.getRefuse().getSentence()).isNotBlank();
            assertThat(refusal.getRefuse().getTransferId()).isEqualTo(script.transfer());
            assertThat(entries()).as("entries").isEqualTo(before);
            assertThat(stage.destination.rows(Table.TRANSFERS)).isEqualTo(rows);
            assertThat(stage.destination.names()).isEqualTo(names);
            assertThat(stage.destination.engine().get(script.hexId())).isEmpty();
        };
    }

    @TestFactory
    Stream<DynamicTest> offers_whose_form_is_broken_end_the_session() {
        Map<String, Executable> forms = new LinkedHashMap<>();
        forms.put("no members", form(o -> o.setMembers(0)));
        forms.put("too many members", form(o -> o.setMembers(1_000_001)));
        forms.put("2^63 bytes", form(o -> o.setLogicalBytesMax(-1)));
        forms.put("no name", form(o -> o.setName("")));
        forms.put("a name beyond 400 bytes", form(o -> o.setName("n".repeat(401))));
        forms.put("a short id", form(o -> o.setTransferId(ByteString.copyFrom(new byte[15]))));
        forms.put("no mode", form(o -> o.setMode(Mode.MODE_UNSPECIFIED)));
        forms.put("a principal beyond its limit", form(o -> o.setPrincipal("p".repeat(257))));
        forms.put("a tree digest in open mode", form(o -> o.setTreeDigest(DIGEST)));
        forms.put("sealed mode without CVs", form(o -> sealed(o).clearCvsDigest()));
        forms.put("a part in open mode", form(o -> o.setPartOf(DIGEST)));
        forms.put(
                "a pull in open mode",
                form(o -> o.setDirection(Direction.DIRECTION_PULL).setRequest(DIGEST)));
        forms.put("a pull without its request", form(o -> sealed(o).setDirection(Direction.DIRECTION_PULL)));
        forms.put("a request in a push", form(o -> o.setRequest(DIGEST)));
        forms.put("labels out of order", form(o -> o.addLabels(label("b", "1")).addLabels(label("a", "2"))));
        forms.put("a label twice", form(o -> o.addLabels(label("a", "1")).addLabels(label("a", "2"))));
        forms.put("a label without a value", form(o -> o.addLabels(label("a", ""))));
        forms.put("a label of several lines", form(o -> o.addLabels(label("a", "1\n2"))));
        return cases(forms);
    }

    private static Label label(String key, String value) {
        return Label.newBuilder().setKey(key).setValue(value).build();
    }

    private Executable form(UnaryOperator<Offer.Builder> change) {
        return () -> {
            int before = entries();
            Script script = new Script(puppet);
            script.offer = change.apply(script.offer.toBuilder()).build();
            script.offers();
            assertThat(puppet.ended()).matches("(?s)(PROTOCOL|LIMIT) .*Offer.*");
            assertThat(entries()).isEqualTo(before);
        };
    }

    @Test
    void keys_of_another_daemon_are_not_taken() {
        Script script = new Script(puppet);
        for (KeyEvidence keys : List.of(stage.source.engine().peerKeys().ours(), KeyEvidence.getDefaultInstance())) {
            puppet.say(Control.newBuilder()
                    .setOffer(OfferMessage.newBuilder()
                            .setOffer(script.offer.toByteString())
                            .setKeys(keys))
                    .build());
            assertThat(script.refused()).isEqualTo(Code.KEY_BINDING);
        }
    }

    @Test
    void the_id_of_another_peers_transfer_is_worth_nothing() throws Exception {
        ByteString theirs = Script.digest(stage.bystander());
        Script script = new Script(puppet);
        script.offer = script.offer.toBuilder().setTransferId(theirs).build();
        script.offers();
        assertThat(script.refused()).isEqualTo(Code.OFFER_MISMATCH);
        script.attempt = 1;
        script.resumes();
        assertThat(script.refused()).isEqualTo(Code.UNKNOWN_TRANSFER);
        script.saysBegin("1".repeat(64));
        assertThat(script.refused()).isEqualTo(Code.UNKNOWN_TRANSFER);
        script.page(2, Script.file("z", 1));
        assertThat(script.refused()).isEqualTo(Code.UNKNOWN_TRANSFER);
        script.seals();
        assertThat(script.refused()).isEqualTo(Code.UNKNOWN_TRANSFER);
        script.countersigns(new byte[] {1});
        assertThat(script.refused()).isEqualTo(Code.UNKNOWN_TRANSFER);
        puppet.say(Control.newBuilder()
                .setCancel(Cancel.newBuilder().setTransferId(theirs).setCode(Code.CANCELLED))
                .build());
        assertThat(script.refused()).isEqualTo(Code.UNKNOWN_TRANSFER);
    }

    @Test
    void the_same_id_with_another_offer_is_refused_and_the_transfer_goes_on() throws Exception {
        Script script = new Script(puppet).begins();
        Offer first = script.offer;
        script.offer = first.toBuilder().setName("other").build();
        script.offers();
        assertThat(script.refused()).isEqualTo(Code.OFFER_MISMATCH);
        script.offer = first;
        script.announces().finishes();
    }

    @Test
    void a_resume_with_another_offer_ends_the_transfer() throws Exception {
        Script script = new Script(puppet).begins();
        puppet.say(Control.newBuilder()
                .setResume(Resume.newBuilder()
                        .setTransferId(script.transfer())
                        .setOfferDigest(DIGEST)
                        .setState("OPEN"))
                .build());
        assertAborted(script, Code.OFFER_MISMATCH);
    }

    @Test
    void more_transfers_than_the_limit_have_to_wait() throws Exception {
        List<Script> some = List.of(new Script(puppet), new Script(puppet), new Script(puppet));
        some.forEach(Script::begins);
        Script more = new Script(puppet);
        int names = stage.destination.names();
        assertThat(more.offers().refused()).isEqualTo(Code.BUSY);
        assertThat(stage.destination.names()).isEqualTo(names);
        some.getFirst().announces().finishes();
        more.begins().announces().finishes();
        some.subList(1, 3).forEach(script -> script.announces().finishes());
    }

    @Test
    void who_is_silent_before_begin_leaves_nothing() throws Exception {
        Script script = new Script(puppet).offers();
        puppet.hears(Control.BodyCase.ACCEPT);
        puppet.end("gone");
        TransferView view = stage.await(stage.destination, script.hexId(), TransferView::finished);
        assertThat(view.code()).isEqualTo("NO_BEGIN");
        assertThat(view.error()).contains(stage.mallory.spiffeId);
        // and who comes back is told
        puppet = stage.puppet();
        script = again(script);
        script.resumes();
        assertThat(script.aborted()).isEqualTo(Code.NO_BEGIN);
    }

    private Script again(Script before) {
        Script script = new Script(puppet);
        script.offer = before.offer;
        return script;
    }

    @Test
    void a_second_begin_with_another_intent_ends_the_transfer() throws Exception {
        Script script = new Script(puppet).begins().saysBegin("2".repeat(64));
        assertAborted(script, Code.PROTOCOL);
    }

    @Test
    void a_policy_that_changed_counts_from_the_next_session_on() throws Exception {
        Script script = new Script(puppet).begins();
        stage.destination.allowed = false;
        try {
            script.resumes();
            assertAborted(script, Code.POLICY);
            Script other = new Script(puppet).offers();
            assertThat(other.refused()).isEqualTo(Code.POLICY);
        } finally {
            stage.destination.allowed = true;
        }
    }

    // ---- seals

    @TestFactory
    Stream<DynamicTest> seals_that_lie() {
        return cases(Map.ofEntries(
                Map.entry(
                        "another transfer",
                        seal(
                                Code.BAD_STATEMENT,
                                s -> with(s, "f".repeat(32), s.tree(), s.offer(), s.files(), s.destination()))),
                Map.entry(
                        "another tree",
                        seal(
                                Code.TREE_MISMATCH,
                                s -> with(s, s.transfer(), "f".repeat(64), s.offer(), s.files(), s.destination()))),
                Map.entry(
                        "another offer",
                        seal(
                                Code.BAD_STATEMENT,
                                s -> with(s, s.transfer(), s.tree(), "f".repeat(64), s.files(), s.destination()))),
                Map.entry(
                        "another number of files",
                        seal(Code.TREE_MISMATCH, s -> with(s, s.transfer(), s.tree(), s.offer(), 2, s.destination()))),
                Map.entry(
                        "another name",
                        seal(
                                Code.BAD_STATEMENT,
                                s -> with(
                                        s,
                                        s.transfer(),
                                        s.tree(),
                                        s.offer(),
                                        s.files(),
                                        new Seal.Destination(
                                                s.destination().id(),
                                                s.destination().origin(),
                                                "v",
                                                "else")))),
                Map.entry(
                        "another destination",
                        seal(
                                Code.BAD_STATEMENT,
                                s -> with(
                                        s,
                                        s.transfer(),
                                        s.tree(),
                                        s.offer(),
                                        s.files(),
                                        new Seal.Destination(
                                                stage.source.spiffeId,
                                                s.destination().origin(),
                                                "v",
                                                s.destination().name())))),
                Map.entry(
                        "signed by another",
                        envelope(s ->
                                stage.source.ledger().keys().signTwice(s.seal().payload()))),
                Map.entry(
                        "signed once",
                        envelope(
                                s -> stage.mallory.ledger().keys().sign(s.seal().payload()))),
                Map.entry(
                        "signed by two more",
                        envelope(s -> stage.source
                                .ledger()
                                .keys()
                                .countersign(stage.mallory
                                        .ledger()
                                        .keys()
                                        .signTwice(s.seal().payload())))),
                Map.entry(
                        "a signature of another text",
                        envelope(s -> new Dsse(
                                        s.seal().payload(),
                                        Dsse.parse(stage.mallory.ledger().keys().signTwice("{}".getBytes(UTF_8)))
                                                .signatures())
                                .encode())),
                Map.entry("no envelope", envelope(s -> "nonsense".getBytes(UTF_8))),
                Map.entry(
                        "no seal but another statement",
                        envelope(s -> stage.mallory.ledger().keys().evidence().binding()))));
    }

    private static Seal with(Seal s, String transfer, String tree, String offer, long files, Seal.Destination to) {
        return new Seal(
                s.daemon(),
                s.origin(),
                s.time(),
                transfer,
                tree,
                offer,
                s.checkpoint(),
                s.content(),
                files,
                s.directories(),
                s.logicalBytes(),
                s.source(),
                to,
                s.partOf());
    }

    private Executable seal(Code code, UnaryOperator<Seal> lie) {
        return () -> {
            Script script = new Script(puppet).begins().announces().sends();
            script.seals(stage.mallory
                    .ledger()
                    .keys()
                    .signTwice(lie.apply(script.seal()).payload()));
            assertAborted(script, code);
        };
    }

    private Executable envelope(java.util.function.Function<Script, byte[]> make) {
        return () -> {
            Script script = new Script(puppet).begins().announces().sends();
            script.seals(make.apply(script));
            assertAborted(script, Code.BAD_STATEMENT);
        };
    }

    @Test
    void a_seal_before_every_chunk_is_too_early() throws Exception {
        assertAborted(new Script(puppet).begins().announces().seals(), Code.PROTOCOL);
    }

    @Test
    void a_seal_before_every_member_is_too_early() throws Exception {
        assertAborted(new Script(puppet).begins().page(0, Script.directory(".")).seals(), Code.PROTOCOL);
    }

    @TestFactory
    Stream<DynamicTest> seals_of_files_that_lie() {
        byte[] digest = Script.blake3().toBytes();
        return cases(Map.of(
                "another digest", fileSeal(true, 1, Script.BYTES.length, new byte[32], Code.FILE_MISMATCH),
                "another size", fileSeal(true, 1, 7, digest, Code.FILE_MISMATCH),
                "a directory", fileSeal(true, 0, 0, digest, Code.FILE_MISMATCH),
                "not announced", fileSeal(true, 2, 7, digest, Code.PROTOCOL),
                "too early", fileSeal(false, 1, Script.BYTES.length, digest, Code.PROTOCOL)));
    }

    private Executable fileSeal(boolean sent, int file, long size, byte[] digest, Code code) {
        return () -> {
            Script script = new Script(puppet).begins().announces();
            if (sent) {
                script.sends();
            }
            puppet.say(Control.newBuilder()
                    .setFileSeals(FileSeals.newBuilder()
                            .setTransferId(script.transfer())
                            .setAttempt(1)
                            .addSeals(FileSeal.newBuilder()
                                    .setFile(file)
                                    .setSize(size)
                                    .setDigest(ByteString.copyFrom(digest))))
                    .build());
            assertAborted(script, code);
        };
    }

    // ---- countersignatures

    @Test
    void only_our_own_receipt_with_the_sources_signatures_closes_a_transfer() throws Exception {
        Script script = new Script(puppet).begins().announces().sends().seals();
        byte[] receipt = script.receipt();
        Dsse right = Dsse.parse(receipt);
        int before = entries();
        byte[] otherPayload = stage.mallory
                .ledger()
                .keys()
                .countersign(stage.destination
                        .ledger()
                        .keys()
                        .signTwice(script.seal().payload()));
        byte[] unsigned = receipt;
        byte[] anothers = stage.source.ledger().keys().countersign(receipt);
        byte[] withoutOurs = stage.mallory.ledger().keys().signTwice(right.payload());
        for (byte[] lie : List.of(otherPayload, unsigned, anothers, withoutOurs, "x".getBytes(UTF_8))) {
            script.countersigns(lie);
            assertThat(script.refused()).isEqualTo(Code.BAD_STATEMENT);
            TransferView view = stage.destination.engine().get(script.hexId()).orElseThrow();
            assertThat(view.state()).isEqualTo("HALF_SIGNED");
            assertThat(view.code()).isEqualTo("BAD_STATEMENT");
        }
        assertThat(entries()).isEqualTo(before);
        script.closes(receipt);
        TransferView view = stage.await(stage.destination, script.hexId(), TransferView::finished);
        assertThat(view.state()).isEqualTo("CLOSED");
        assertThat(view.code()).isNull();
    }

    @Test
    void a_countersignature_before_the_receipt_ends_the_transfer() throws Exception {
        Script script = new Script(puppet).begins().announces().sends();
        assertAborted(script.countersigns(new byte[] {1}), Code.PROTOCOL);
    }
}
