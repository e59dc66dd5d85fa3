package dev.carnet.daemon.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.daemon.hostile.SealedPush.Lot;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Mode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A source that lies in sealed mode: about the tree, the chunk values, the bytes; every digest that it names is right but for what a case changes. */
final class SealedCases {
    private static final String ROLE = "source, sealed";
    private static final Lot HONEST = SealedPush.A_AND_B;
    private static final String EMPTY = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

    private final List<Misbehaviour> all = new ArrayList<>();

    private SealedCases() {}

    static List<Misbehaviour> all() {
        SealedCases cases = new SealedCases();
        cases.trees();
        cases.pages();
        cases.chunkValues();
        cases.chunks();
        cases.ends();
        return cases.all;
    }

    /** What a lie does with a push in sealed mode, on a session of its own. */
    interface Lie {
        Seen tells(SealedPush push) throws Exception;
    }

    private void lie(Code code, String name, Lot lot, Lie lie) {
        all.add(new Misbehaviour(ROLE, name, code, site -> {
            try (Line line = Line.open(site, site.mallory)) {
                return lie.tells(SealedPush.of(line, lot));
            }
        }));
    }

    // ---- trees

    /** Two empty files, whose lines are these; {@code EMPTY} stands for their digest. */
    private void lines(String name, String... lines) {
        String tree = SealedPush.HEAD + String.join("\n", lines).replace("EMPTY", EMPTY) + "\n";
        lie(
                Code.PROTOCOL,
                name,
                new Lot(tree, SealedPush.cvs(), 3, 0),
                push -> push.begins().sendsTree().verdict());
    }

    private static String file(String fields) {
        return "f 0644 1700000000.000000000 " + fields;
    }

    private void trees() {
        lines("sends a tree out of order", file("0 EMPTY b"), file("0 EMPTY a"));
        lines("sends a tree with a member twice", file("0 EMPTY a"), file("0 EMPTY a"));
        lines("sends a tree with ../x", file("0 EMPTY ../x"), file("0 EMPTY z"));
        lines("sends a tree with /etc/passwd", file("0 EMPTY /etc/passwd"), file("0 EMPTY z"));
        lines("sends a tree with .carnet/x", file("0 EMPTY .carnet/x"), file("0 EMPTY z"));
        lines("sends a tree with a file without its directory", file("0 EMPTY no/parent"), file("0 EMPTY z"));
        lines("sends a tree that escapes what needs no escape", file("0 EMPTY \\x41"), file("0 EMPTY z"));
        lines("sends a tree with half an escape", file("0 EMPTY a\\x0"), file("0 EMPTY z"));
        lines("sends a tree with a set-user-id file", "f 4755 1700000000.000000000 0 EMPTY a", file("0 EMPTY z"));
        lines("sends a tree with a link", "l 0777 1700000000.000000000 a", file("0 EMPTY z"));
        lines("sends a tree with a size of 00", file("00 EMPTY a"), file("0 EMPTY z"));
        lines("sends a tree with a file beyond the limit", file("99999999999999999 EMPTY a"), file("0 EMPTY z"));
        lines(
                "sends a tree with a digest in capitals",
                file("0 " + EMPTY.toUpperCase(Locale.ROOT) + " a"),
                file("0 EMPTY z"));
        String cut = HONEST.tree().substring(0, HONEST.tree().length() - 1);
        lie(
                Code.PROTOCOL,
                "sends a tree whose last line does not end",
                HONEST.tree(cut),
                push -> push.begins().sendsTree().verdict());
        lie(
                Code.TREE_MISMATCH,
                "sends another tree than the one that it offered",
                HONEST,
                push -> push.begins()
                        .blob(
                                push.push.offer.getTreeDigest(),
                                SealedPush.A.tree().getBytes(UTF_8))
                        .verdict());
        lie(
                Code.LIMIT,
                "sends a tree of more members than it offered",
                HONEST.sizes(2, HONEST.bytes()),
                push -> push.begins().sendsTree().verdict());
        lie(
                Code.TREE_MISMATCH,
                "sends a tree of fewer members than it offered",
                HONEST.sizes(4, HONEST.bytes()),
                push -> push.begins().sendsTree().verdict());
        lie(
                Code.LIMIT,
                "sends a tree of more bytes than it offered",
                HONEST.sizes(3, HONEST.bytes() - 1),
                push -> push.begins().sendsTree().verdict());
        lie(
                Code.UNSUPPORTED,
                "pushes a part",
                HONEST,
                push -> push.offer(o -> o.setPartOf(HONEST.treeDigest()))
                        .offers()
                        .verdict());
    }

    // ---- pages

    private void pages() {
        byte[] tree = HONEST.tree().getBytes(UTF_8);
        lie(Code.LIMIT, "sends a tree longer than its members can be", SealedPush.A, push -> {
            push.begins();
            byte[] page = new byte[60_000];
            Arrays.fill(page, (byte) 'x');
            for (long at = 0; at < 4L << 20; at += page.length) {
                push.page(push.push.offer.getTreeDigest(), at, page, false);
            }
            return push.verdict();
        });
        lie(
                Code.PROTOCOL,
                "leaves a gap between pages of the tree",
                HONEST,
                push -> push.begins()
                        .sendsHalfATree()
                        .page(HONEST.treeDigest(), tree.length - 1, new byte[1], true)
                        .verdict());
        lie(
                Code.PROTOCOL,
                "sends a page of the tree twice",
                HONEST,
                push -> push.begins().sendsHalfATree().sendsHalfATree().verdict());
        lie(
                Code.PROTOCOL,
                "sends pages of a blob that nobody offered",
                HONEST,
                push -> push.begins()
                        .blob(ByteString.copyFrom(new byte[32]), new byte[1])
                        .verdict());
        lie(
                Code.PROTOCOL,
                "sends its chunk values before its tree",
                HONEST,
                push -> push.begins().sendsCvs().verdict());
        lie(
                Code.LIMIT,
                "sends a page larger than the limit",
                HONEST,
                push -> push.begins()
                        .page(HONEST.treeDigest(), 0, new byte[61_441], false)
                        .verdict());
        lie(
                Code.PROTOCOL,
                "sends an empty page",
                HONEST,
                push -> push.begins()
                        .page(HONEST.treeDigest(), 0, new byte[0], false)
                        .verdict());
        lie(
                Code.PROTOCOL,
                "sends the tree a second time",
                HONEST,
                push -> push.begins().announces().sendsTree().verdict());
        lie(Code.PROTOCOL, "announces members by pages of open mode", HONEST, push -> {
            push.begins().push.page(0, Push.directory("."), Push.file("a", 1));
            return push.verdict();
        });
        all.add(new Misbehaviour(ROLE, "sends a tree in open mode", Code.PROTOCOL, site -> {
            try (Line line = Line.open(site, site.mallory)) {
                SealedPush push = SealedPush.of(line, HONEST);
                push.push.offer(o -> o.setMode(Mode.MODE_OPEN).clearTreeDigest().clearCvsDigest());
                return push.begins()
                        .blob(HONEST.treeDigest(), HONEST.tree().getBytes(UTF_8))
                        .verdict();
            }
        }));
    }

    // ---- chunk values

    private void values(Code code, String name, byte[] cvs) {
        lie(
                code,
                name,
                HONEST.cvs(cvs),
                push -> push.begins().sendsTree().sendsCvs().verdict());
    }

    private void chunkValues() {
        byte[] a = SealedPush.cvOfA();
        byte[] b0 = SealedPush.cvOfB(0);
        byte[] b1 = SealedPush.cvOfB(1);
        values(Code.FILE_MISMATCH, "sends chunk values that do not make the file's digest", SealedPush.cvs(a, b1, b0));
        values(Code.FILE_MISMATCH, "sends too few chunk values", SealedPush.cvs(a, b0));
        values(Code.LIMIT, "sends too many chunk values", SealedPush.cvs(a, b0, b1, b1));
        byte[] headless = HONEST.cvs().clone();
        headless[0] ^= 1;
        values(Code.FILE_MISMATCH, "sends chunk values under another head", headless);
        lie(
                Code.FILE_MISMATCH,
                "sends other chunk values than it offered",
                HONEST,
                push -> push.begins()
                        .sendsTree()
                        .blob(push.push.offer.getCvsDigest(), SealedPush.cvs(a, b1, b0))
                        .verdict());
        lie(
                Code.FILE_MISMATCH,
                "gives an empty file another's digest",
                new Lot(SealedPush.HEAD + SealedPush.file(0, Push.blake3(), "a"), SealedPush.cvs(), 2, 0),
                push -> push.begins().sendsTree().sendsCvs().verdict());
    }

    // ---- chunks

    private void chunks() {
        lie(
                Code.PROTOCOL,
                "sends a chunk before its tree",
                HONEST,
                push -> push.begins().chunk(1, 0, Push.BYTES).verdict());
        lie(
                Code.PROTOCOL,
                "sends a chunk in the middle of its tree",
                HONEST,
                push -> push.begins().sendsHalfATree().chunk(1, 0, Push.BYTES).verdict());
        lie(Code.CHUNK_MISMATCH, "lies about one chunk: true to its header, not to the tree", HONEST, push -> {
            byte[] lie = SealedPush.chunkOfB(1);
            lie[0] ^= 1;
            return push.begins().announces().sendsA().chunk(2, 1, lie).verdict();
        });
        lie(Code.CHUNK_MISMATCH, "lies about one chunk: true to the tree, not to its header", HONEST, push -> {
            byte[] lie = SealedPush.chunkOfB(1);
            lie[0] ^= 1;
            push.begins().announces().sendsA();
            ChunkHeader header = push.push.header(2, 1, SealedPush.chunkOfB(1));
            push.line.chunk(header, lie);
            return push.verdict();
        });
        lie(
                Code.CHUNK_MISMATCH,
                "sends a file of one chunk that is not the one of the tree",
                new Lot(
                        SealedPush.HEAD + SealedPush.file(Push.BYTES.length, other(), "a"),
                        SealedPush.A.cvs(),
                        2,
                        Push.BYTES.length),
                push -> push.begins().announces().chunk(1, 0, Push.BYTES).verdict());
        lie(
                Code.PROTOCOL,
                "sends a chunk beyond the size in its tree",
                HONEST,
                push -> push.begins()
                        .announces()
                        .chunk(2, 2, SealedPush.chunkOfB(1))
                        .verdict());
        lie(
                Code.PROTOCOL,
                "sends a chunk longer than the tree says",
                HONEST,
                push -> push.begins().announces().chunk(2, 1, new byte[8]).verdict());
    }

    /** A digest that is nothing's. */
    private static Hash32 other() {
        return Hash32.ofHex("ab".repeat(32));
    }

    // ---- the end, and drops

    private void ends() {
        lie(Code.PROTOCOL, "seals a file, which its tree did already", HONEST, push -> {
            push.begins().announces().sends();
            push.push.sealsFile(1, Push.BYTES.length, Push.blake3().toBytes());
            return push.verdict();
        });
        lie(
                Code.PROTOCOL,
                "seals before every chunk is held",
                HONEST,
                push -> push.begins().announces().sendsA().seals().verdict());
        lie(
                Code.PROTOCOL,
                "seals before its tree",
                HONEST,
                push -> push.begins().seals().verdict());
        lie(Code.TREE_MISMATCH, "seals another tree", HONEST, push -> {
            push.begins().announces().sends();
            push.push.seals(Push.with(
                    push.seal(), push.push.hexId(), "f".repeat(64), push.seal().destination()));
            return push.verdict();
        });
        lie(Code.CANCELLED, "cancels in the middle of its tree", HONEST, push -> {
            push.begins().sendsHalfATree();
            push.line.cancels(push.push.transfer());
            return push.verdict();
        });
        drop(
                "drops after Accept",
                push -> push.offers().accepted(),
                push -> push.accepted().saysBegin().held().finishes());
        drop("drops after Held", SealedPush::begins, push -> push.held().finishes());
        drop(
                "drops in the middle of its tree",
                push -> push.begins().sendsHalfATree(),
                push -> push.held().finishes());
        drop(
                "drops between tree and chunk values",
                push -> push.begins().sendsTree(),
                push -> push.held().finishes());
        drop(
                "drops after the chunk values",
                push -> push.begins().announces(),
                push -> push.held().sends().seals().closes());
        drop(
                "drops in the middle of its chunks",
                push -> push.begins().announces().sendsA(),
                push -> {
                    push.held().chunk(2, 0, SealedPush.chunkOfB(0)).chunk(2, 1, SealedPush.chunkOfB(1));
                    var _ = push.line.hears(Control.BodyCase.ACK);
                    return push.seals().closes();
                });
        drop("drops after its seal", push -> push.begins().announces().sends().seals(), SealedCases::afterSeal);
    }

    /** What comes first when a source comes back that has sealed; the seal again where it was lost with the session. */
    static Seen afterSeal(SealedPush push) {
        if (push.line.hears(Control.BodyCase.RECEIPT, Control.BodyCase.HELD).hasHeld()) {
            push.seals();
        } else {
            push.resumes();
        }
        return push.closes();
    }

    private interface Steps {
        SealedPush take(SealedPush push) throws Exception;
    }

    private void drop(String name, Steps before, Lie after) {
        all.add(new Misbehaviour(ROLE, name + " and comes back", Code.CODE_UNSPECIFIED, site -> {
            SealedPush push;
            try (Line line = Line.open(site, site.mallory)) {
                push = before.take(SealedPush.of(line, HONEST));
            }
            try (Line line = Line.open(site, site.mallory)) {
                return after.tells(push.in(line).resumes());
            }
        }));
    }
}
