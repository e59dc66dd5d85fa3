package dev.carnet.daemon.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.Zstd;
import com.google.protobuf.ByteString;
import dev.carnet.client.Transfer;
import dev.carnet.proto.ledger.Seal;
import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Extension;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.MemberLine;
import dev.carnet.proto.wire.v1.Offer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** A source that lies, in open mode. */
final class SourceCases {
    private static final String ROLE = "source";
    private static final byte REF = 2;
    private static final MemberLine ROOT = Push.directory(".");

    private final List<Misbehaviour> all = new ArrayList<>();

    private SourceCases() {}

    static List<Misbehaviour> all() {
        SourceCases cases = new SourceCases();
        cases.offers();
        cases.members();
        cases.chunks();
        cases.seals();
        cases.ends();
        return cases.all;
    }

    /** What a lie does with a push on a session of its own. */
    private interface Lie {
        Seen tells(Push push) throws Exception;
    }

    private void lie(Code code, String name, Lie lie) {
        all.add(new Misbehaviour(ROLE, name, code, site -> {
            try (Line line = Line.open(site, site.mallory)) {
                return lie.tells(new Push(line));
            }
        }));
    }

    // ---- offers

    private void offer(Code code, String name, UnaryOperator<Offer.Builder> change) {
        lie(code, name, push -> push.offer(change).offers().line.verdict());
    }

    private void offers() {
        ByteString digest = ByteString.copyFrom(new byte[32]);
        offer(Code.POLICY, "pushes into a volume that it may not write", o -> o.setVolume("denied"));
        offer(Code.POLICY, "pushes into another peer's volume", o -> o.setVolume("in"));
        offer(Code.BAD_NAME, "names .carnet", o -> o.setName(".carnet/records"));
        offer(Code.BAD_NAME, "names a place outside the volume", o -> o.setName("../../etc"));
        offer(Code.UNSUPPORTED, "sends pointers without permission", o -> o.addPointers("latest"));
        offer(Code.UNSUPPORTED, "refers to a base", o -> o.addBases(digest));
        offer(Code.NO_SPACE, "offers more bytes than there is room for", o -> o.setLogicalBytesMax(1L << 40));
        offer(Code.LIMIT, "offers more members than the limit", o -> o.setMembers(1_000_001));
        offer(
                Code.CRITICAL_EXTENSION,
                "asks for a critical extension",
                o -> o.addExtensions(Extension.newBuilder().setName("teleport").setCritical(true)));
        offer(
                Code.PROTOCOL,
                "offers as another source",
                o -> o.setSourceId("spiffe://honest.example/carnetd")
                        .setCoordinator("spiffe://honest.example/carnetd"));
        lie(
                Code.KEY_BINDING,
                "shows no keys",
                push -> push.offers(KeyEvidence.getDefaultInstance()).line.verdict());
        lie(
                Code.KEY_BINDING,
                "shows the keys of another",
                push -> push.offers(push.line.site.second.evidence()).line.verdict());
        lie(Code.KEY_BINDING, "changes its keys without a binding that explains them", push -> {
            var _ = push.offers().accepted();
            push.line.cancels(push.transfer());
            var _ = push.line.hears(Control.BodyCase.ABORTED);
            return new Push(push.line)
                    .offers(push.line.site.unbound.evidence())
                    .line
                    .verdict();
        });
        lie(Code.NAME_TAKEN, "pushes into what is published", push -> {
            var _ = push.begins().finishes();
            String inside = push.offer.getName() + "/inside";
            return new Push(push.line)
                    .offer(o -> o.setName(inside))
                    .offers()
                    .line
                    .verdict();
        });
        lie(Code.OFFER_MISMATCH, "offers something else under the same id", push -> {
            var _ = push.begins();
            Push other = push.in(push.line).offer(o -> o.setName("other")).offers();
            Seen seen = other.line.verdict();
            var _ = push.finishes();
            return seen;
        });
        lie(
                Code.UNKNOWN_TRANSFER,
                "resumes what never was",
                push -> push.resumes().line.verdict());
        lie(Code.BUSY, "opens more transfers than the limit", push -> {
            List<Push> some = new ArrayList<>();
            for (int i = 0; i < Besieged.TRANSFERS_MAX; i++) {
                some.add(new Push(push.line).begins());
            }
            Seen seen = push.offers().line.verdict();
            for (Push one : some) {
                one.line.cancels(one.transfer());
                var _ = one.line.hears(Control.BodyCase.ABORTED);
            }
            return seen;
        });
        lie(Code.NO_BEGIN, "never begins", push -> push.offers().accepted().line.verdict());
        lie(
                Code.PROTOCOL,
                "begins twice, with two intents",
                push -> push.begins().saysBegin("2".repeat(64)).line.verdict());
    }

    // ---- the tree

    private void members(Code code, String name, int members, Lie lie) {
        lie(code, name, push -> lie.tells(push.offer(o -> o.setMembers(members)).begins()));
    }

    private void path(Code code, String name, String path) {
        members(
                code,
                name,
                3,
                push -> push.page(0, ROOT, Push.file(path, 1)).line.verdict());
    }

    private void members() {
        MemberLine a = Push.file("a", 1);
        MemberLine b = Push.file("b", 1);
        members(
                Code.PROTOCOL,
                "announces members out of order",
                3,
                p -> p.page(0, ROOT, b, a).line.verdict());
        members(
                Code.PROTOCOL,
                "announces a member twice",
                3,
                p -> p.page(0, ROOT, a, a).line.verdict());
        members(
                Code.PROTOCOL,
                "leaves a gap between pages",
                3,
                p -> p.page(0, ROOT).page(2, a).line.verdict());
        members(
                Code.PROTOCOL,
                "announces a file without its directory",
                3,
                p -> p.page(0, ROOT, Push.file("d/a", 1)).line.verdict());
        members(
                Code.PROTOCOL,
                "announces a file below a file",
                3,
                p -> p.page(0, ROOT, a, Push.file("a/b", 1)).line.verdict());
        members(
                Code.LIMIT,
                "announces more files than it offered",
                2,
                p -> p.page(0, ROOT, a, b).line.verdict());
        members(
                Code.LIMIT,
                "announces more bytes than it offered",
                2,
                p -> p.page(0, ROOT, Push.file("a", 1L << 50)).line.verdict());
        members(Code.LIMIT, "sends a page of more members than the limit", 1_000, p -> {
            MemberLine[] many = new MemberLine[513];
            Arrays.setAll(many, i -> i == 0 ? ROOT : Push.file("f%04d".formatted(i), 0));
            return p.page(0, many).line.verdict();
        });
        path(Code.PROTOCOL, "announces ../escape", "../escape");
        path(Code.PROTOCOL, "announces /etc/escape", "/etc/escape");
        path(Code.PROTOCOL, "announces a member named .carnet", ".carnet");
        path(Code.PROTOCOL, "announces a NUL in a name", "a\0b");
        path(Code.PROTOCOL, "announces a path deeper than the limit", "d/".repeat(64) + "x");
        path(Code.PROTOCOL, "announces a name longer than the limit", "x".repeat(256));
        members(Code.PROTOCOL, "announces a name that is no UTF-8", 3, push -> {
            MemberLine broken = a.toBuilder()
                    .setPath(ByteString.copyFrom(new byte[] {(byte) 0xc0, (byte) 0xae, '.', '/', 'x'}))
                    .build();
            return push.page(0, ROOT, broken).line.verdict();
        });
    }

    // ---- chunks

    private void chunk(Code code, String name, Lie lie) {
        lie(code, name, push -> lie.tells(push.begins().announces()));
    }

    private void frame(Code code, String name, int member, int chunk, byte[] bytes) {
        chunk(code, name, push -> {
            push.line.chunk(push.header(member, chunk, bytes), bytes);
            return push.line.verdict();
        });
    }

    private void chunks() {
        byte[] good = Push.BYTES;
        frame(Code.PROTOCOL, "sends a chunk of a member that was not announced", 7, 0, good);
        frame(Code.PROTOCOL, "sends a chunk of a directory", 0, 0, good);
        frame(Code.PROTOCOL, "sends a chunk beyond the announced size", 1, 1, good);
        frame(Code.PROTOCOL, "sends a chunk that would overlap the next", 1, 0, Arrays.copyOf(good, good.length + 1));
        frame(Code.PROTOCOL, "sends a chunk that is too short", 1, 0, Arrays.copyOf(good, good.length - 1));
        chunk(Code.CHUNK_MISMATCH, "sends a CV that does not match", push -> {
            byte[] other = new byte[good.length];
            push.line.chunk(push.header((byte) 1, (byte) 0, 1, 0, good.length, good.length, other), good);
            return push.line.verdict();
        });
        chunk(Code.CHUNK_MISMATCH, "sends a decompression bomb", push -> {
            byte[] bomb = Arrays.copyOf(Zstd.compress(new byte[16 << 20]), good.length - 1);
            push.line.chunk(push.header((byte) 1, ChunkHeader.CODEC_ZSTD, 1, 0, good.length, bomb.length, good), bomb);
            return push.line.verdict();
        });
        chunk(Code.PROTOCOL, "claims a ref frame", push -> {
            push.line.chunk(push.header(REF, (byte) 0, 1, 0, good.length, good.length, good), good);
            return push.line.verdict();
        });
        chunk(Code.PROTOCOL, "announces a frame of 4 GiB", push -> {
            push.line.chunk(push.header((byte) 1, (byte) 0, 1, 0, -1, -1, good), good);
            return push.line.verdict();
        });
        chunk(Code.CODE_UNSPECIFIED, "sends a chunk twice", push -> {
            var _ = push.sends().sendsChunk(good).sendsChunk(good);
            push.seals().closes(push.receipt());
            return Seen.nothing("the second one is dropped, the transfer CLOSED");
        });
        lie(Code.CODE_UNSPECIFIED, "sends frames of an old attempt", push -> {
            var _ = push.begins().announces().resumes().held();
            byte[] lies = new byte[good.length];
            push.attempt = 1;
            var _ = push.sendsChunk(lies);
            push.attempt = 2;
            var _ = push.sends();
            push.seals().closes(push.receipt());
            return Seen.nothing("dropped, the transfer CLOSED with what attempt 2 brought");
        });
        chunk(Code.CODE_UNSPECIFIED, "sends frames of a transfer that is not its own", push -> {
            Push nobodys = new Push(push.line);
            nobodys.attempt = 1;
            var _ = nobodys.sendsChunk(new byte[4 << 20]);
            var _ = push.sends();
            push.seals().closes(push.receipt());
            return Seen.nothing("dropped, its own transfer CLOSED");
        });
    }

    // ---- seals

    private void seal(Code code, String name, UnaryOperator<Seal> lie) {
        chunk(
                code,
                name,
                push -> push.sends().seals(lie.apply(push.seal())).line.verdict());
    }

    private void seals() {
        byte[] digest = Push.blake3().toBytes();
        chunk(
                Code.FILE_MISMATCH,
                "seals a file with another digest",
                push -> push.sends()
                        .sealsFile(1, Push.BYTES.length, new byte[32])
                        .line
                        .verdict());
        chunk(
                Code.FILE_MISMATCH,
                "seals a file with another size",
                push -> push.sends().sealsFile(1, 7, digest).line.verdict());
        chunk(
                Code.PROTOCOL,
                "seals a file before it is held",
                push -> push.sealsFile(1, Push.BYTES.length, digest).line.verdict());
        chunk(
                Code.PROTOCOL,
                "seals before every chunk is held",
                push -> push.seals().line.verdict());
        seal(
                Code.TREE_MISMATCH,
                "seals another tree",
                s -> Push.with(s, s.transfer(), "f".repeat(64), s.destination()));
        seal(
                Code.BAD_STATEMENT,
                "sends the seal of another transfer",
                s -> Push.with(s, "f".repeat(32), s.tree(), s.destination()));
        seal(Code.BAD_STATEMENT, "sends a seal for another destination", s -> {
            Seal.Destination d = s.destination();
            return Push.with(
                    s,
                    s.transfer(),
                    s.tree(),
                    new Seal.Destination("spiffe://honest.example/carnetd", d.origin(), d.volume(), d.name()));
        });
        chunk(
                Code.BAD_STATEMENT,
                "signs with a key that no binding explains",
                push -> push.sends()
                        .sealsWith(push.line
                                .site
                                .unbound
                                .keys()
                                .signTwice(push.seal().payload()))
                        .line
                        .verdict());
        chunk(
                Code.BAD_STATEMENT,
                "signs with one key of two",
                push -> push.sends()
                        .sealsWith(push.line.as.keys().sign(push.seal().payload()))
                        .line
                        .verdict());
        chunk(
                Code.BAD_STATEMENT,
                "seals with nonsense",
                push -> push.sends().sealsWith("nonsense".getBytes(UTF_8)).line.verdict());
    }

    // ---- the end

    private void ends() {
        chunk(Code.CANCELLED, "cancels in the middle", push -> {
            var _ = push.sends();
            push.line.cancels(push.transfer());
            return push.line.verdict();
        });
        chunk(Code.TOO_LATE, "cancels what is published", push -> {
            byte[] receipt = push.sends().seals().receipt();
            push.line.cancels(push.transfer());
            Seen seen = push.line.verdict();
            push.closes(receipt);
            return seen;
        });
        chunk(Code.BAD_STATEMENT, "countersigns something else", push -> {
            byte[] receipt = push.sends().seals().receipt();
            Seen seen = push.countersigns(push.line.site.unbound.keys().countersign(receipt))
                    .line
                    .verdict();
            push.closes(receipt);
            return seen;
        });
        chunk(
                Code.PROTOCOL,
                "countersigns before there is a receipt",
                push -> push.sends().countersigns(new byte[] {1}).line.verdict());
        all.add(new Misbehaviour(
                ROLE, "lets it publish, then withholds its signature", Code.CODE_UNSPECIFIED, SourceCases::withholds));
        drop("drops after Accept and comes back", push -> push.offers().accepted(), push -> {
            var _ = push.accepted().saysBegin("1".repeat(64)).held();
            return push.finishes();
        });
        drop(
                "drops after Held and comes back",
                Push::begins,
                push -> push.held().finishes());
        drop("drops after the members and comes back", push -> push.begins().announces(), push -> {
            var _ = push.held().sends();
            push.seals().closes(push.receipt());
            return Seen.nothing("resumed, CLOSED");
        });
        drop(
                "drops after the chunks and comes back",
                push -> push.begins().announces().sends(),
                push -> {
                    push.held().seals().closes(push.receipt());
                    return Seen.nothing("resumed, CLOSED; no chunk again");
                });
        drop(
                "drops after its seal and comes back",
                push -> push.begins().announces().sends().seals(),
                push -> {
                    if (push.line
                            .hears(Control.BodyCase.RECEIPT, Control.BodyCase.HELD)
                            .hasHeld()) {
                        var _ = push.seals(); // the first one was lost with the session
                    } else {
                        var _ = push.resumes();
                    }
                    push.closes(push.receipt());
                    return Seen.nothing("resumed, CLOSED");
                });
    }

    private interface Steps {
        Push take(Push push) throws Exception;
    }

    private void drop(String name, Steps before, Lie after) {
        all.add(new Misbehaviour(ROLE, name, Code.CODE_UNSPECIFIED, site -> {
            Push push;
            try (Line line = Line.open(site, site.mallory)) {
                push = before.take(new Push(line));
            }
            try (Line line = Line.open(site, site.mallory)) {
                return after.tells(push.in(line).resumes());
            }
        }));
    }

    /** The checkpoint is there; the daemon keeps the seal as its evidence, and asks in each session with the same bytes. */
    private static Seen withholds(Besieged site) throws Exception {
        Push push;
        byte[] receipt;
        try (Line line = Line.open(site, site.mallory)) {
            push = new Push(line).begins().announces().sends().seals();
            receipt = push.receipt();
        }
        Transfer waits = site.await(push.hexId(), t -> t.state().equals("HALF_SIGNED"));
        if (!java.nio.file.Files.exists(site.root.resolve(Besieged.SMALL).resolve(push.offer.getName()))) {
            throw new AssertionError("not published: " + waits);
        }
        try (Line line = Line.open(site, site.mallory)) {
            byte[] again = push.in(line).resumes().receipt();
            if (!Arrays.equals(again, receipt)) {
                throw new AssertionError("another receipt than the first");
            }
        }
        try (Line line = Line.open(site, site.mallory)) {
            Push later = push.in(line).resumes();
            later.closes(later.receipt());
        }
        return Seen.nothing("HALF_SIGNED, published; asked with the same bytes in each session; CLOSED when it signed");
    }
}
