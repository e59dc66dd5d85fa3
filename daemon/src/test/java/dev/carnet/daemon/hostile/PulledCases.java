package dev.carnet.daemon.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.carnet.client.Transfer;
import dev.carnet.daemon.hostile.SealedPush.Lot;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Label;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.Request;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** A source that the daemon pulls from, and that answers with something else than what it was asked for. */
final class PulledCases {
    private static final String ROLE = "source, asked";
    private static final Lot WHOLE = SealedPush.A_AND_B;

    private final List<Misbehaviour> all = new ArrayList<>();

    private PulledCases() {}

    static List<Misbehaviour> all() {
        PulledCases cases = new PulledCases();
        cases.offers();
        cases.bytes();
        cases.parts();
        cases.ends();
        return cases.all;
    }

    private interface Answer {
        Seen gives(Line line, Request request) throws Exception;
    }

    private void asked(Code code, String name, List<String> include, Answer answer) {
        all.add(new Misbehaviour(ROLE, name, code, site -> {
            try (Line line = Line.open(site, site.mallory)) {
                return answer.gives(line, SealedPush.asked(line, include.toArray(new String[0])));
            }
        }));
    }

    // ---- offers

    /** It is refused; the pull ends with the same code. */
    private void offer(Code code, String name, UnaryOperator<Offer.Builder> change) {
        asked(code, name, List.of(), (line, request) -> {
            Seen seen = SealedPush.answer(line, request, WHOLE)
                    .offer(change)
                    .offers()
                    .verdict();
            ended(line, request, code);
            if (!seen.how().equals("Refuse")) {
                throw new AssertionError("an Offer is refused by Refuse: " + seen);
            }
            return seen;
        });
    }

    private static void ended(Line line, Request request, Code code) {
        Transfer ended = line.site.await(Taking.hex(request.getTransferId()), Transfer::finished);
        if (!ended.state().equals("ABORTED") || !ended.code().orElse("").equals(code.name())) {
            throw new AssertionError("it ended otherwise: " + ended);
        }
    }

    private void offers() {
        offer(Code.OFFER_MISMATCH, "offers under another name than asked", o -> o.setName("elsewhere"));
        offer(Code.OFFER_MISMATCH, "offers for another volume than asked", o -> o.setVolume("in"));
        offer(Code.OFFER_MISMATCH, "offers what another principal asked for", o -> o.setPrincipal("root"));
        offer(
                Code.OFFER_MISMATCH,
                "offers under labels that nobody gave",
                o -> o.addLabels(Label.newBuilder().setKey("run").setValue("9")));
        offer(
                Code.OFFER_MISMATCH,
                "offers in answer to another request",
                o -> o.setRequest(ByteString.copyFrom(new byte[32])));
        offer(
                Code.OFFER_MISMATCH,
                "offers a part where the whole was asked for",
                o -> o.setPartOf(SealedPush.A.treeDigest()));
        offer(
                Code.OFFER_MISMATCH,
                "answers with a push",
                o -> o.setDirection(Direction.DIRECTION_PUSH).clearRequest());
        offer(Code.NO_SPACE, "offers more than there is room for", o -> o.setLogicalBytesMax(1L << 40));
        offer(Code.UNSUPPORTED, "offers with a pointer", o -> o.addPointers("latest"));
        asked(Code.PROTOCOL, "offers in open mode what was asked for", List.of(), (line, request) -> {
            SealedPush push = SealedPush.answer(line, request, WHOLE);
            push.push.offer(o -> o.setMode(Mode.MODE_OPEN).clearTreeDigest().clearCvsDigest());
            return push.offers().verdict();
        });
        all.add(new Misbehaviour(ROLE, "offers unasked, as if asked", Code.OFFER_MISMATCH, site -> {
            try (Line line = Line.open(site, site.mallory)) {
                Request never = Request.newBuilder()
                        .setTransferId(new Push(line).transfer())
                        .setVolume("weights")
                        .setName("run-7")
                        .setToVolume(Besieged.SMALL)
                        .setToName("unasked")
                        .setPrincipal("local")
                        .build();
                return SealedPush.answer(line, never, WHOLE).offers().verdict();
            }
        }));
        all.add(new Misbehaviour(ROLE, "answers what another was asked", Code.OFFER_MISMATCH, site -> {
            try (Line line = Line.open(site, site.mallory);
                    Line asked = Line.open(site, site.second)) {
                Request request = SealedPush.asked(asked);
                Seen seen = SealedPush.answer(line, request, WHOLE).offers().verdict();
                site.client().cancel(Taking.hex(request.getTransferId()));
                ended(asked, request, Code.CANCELLED);
                return seen;
            }
        }));
        asked(Code.POLICY, "refuses with a code and a sentence of its own", List.of(), (line, request) -> {
            line.say(Control.newBuilder()
                    .setRefuse(Refuse.newBuilder()
                            .setTransferId(request.getTransferId())
                            .setCode(Code.POLICY)
                            .setSentence("no")));
            Transfer ended = line.site.await(Taking.hex(request.getTransferId()), Transfer::finished);
            return new Seen(
                    "-", Code.valueOf(ended.code().orElse("")), ended.error().orElse(""));
        });
        asked(Code.CANCELLED, "never answers the request", List.of(), (line, request) -> {
            String id = Taking.hex(request.getTransferId());
            Transfer waits = line.site.await(id, t -> t.waitingFor().isPresent());
            line.site.client().cancel(id);
            Seen seen = line.verdict(); // it is told that nobody wants it any more
            ended(line, request, Code.CANCELLED);
            if (!waits.state().equals("REQUESTED")) {
                throw new AssertionError(waits.toString());
            }
            return seen;
        });
        asked(Code.CANCELLED, "offers when nobody wants it any more", List.of(), (line, request) -> {
            line.site.client().cancel(Taking.hex(request.getTransferId()));
            var _ = line.verdict();
            ended(line, request, Code.CANCELLED);
            return SealedPush.answer(line, request, WHOLE).offers().verdict();
        });
    }

    // ---- tree, chunk values, chunks

    private void lie(Code code, String name, Lot lot, SealedCases.Lie lie) {
        asked(code, name, List.of(), (line, request) -> {
            Seen seen = lie.tells(SealedPush.answer(line, request, lot).begins());
            ended(line, request, code);
            return seen;
        });
    }

    private void bytes() {
        lie(
                Code.TREE_MISMATCH,
                "sends another tree than the one that it offered",
                WHOLE,
                push -> push.blob(WHOLE.treeDigest(), SealedPush.A.tree().getBytes(UTF_8))
                        .verdict());
        lie(
                Code.FILE_MISMATCH,
                "sends chunk values that do not make the file's digest",
                WHOLE.cvs(SealedPush.cvs(SealedPush.cvOfA(), SealedPush.cvOfB(1), SealedPush.cvOfB(0))),
                push -> push.sendsTree().sendsCvs().verdict());
        lie(Code.CHUNK_MISMATCH, "lies about one chunk", WHOLE, push -> {
            byte[] lie = SealedPush.chunkOfB(0);
            lie[4_000_000] ^= 1;
            return push.announces().sendsA().chunk(2, 0, lie).verdict();
        });
        lie(Code.OFFER_MISMATCH, "resumes with another offer", WHOLE, push -> {
            push.push.offer(o -> o.setCheckpointId(ByteString.copyFrom(new byte[16])));
            return push.resumes().verdict();
        });
    }

    // ---- parts

    /** The daemon has asked for {@code a} alone. */
    private void part(Code code, String name, Lot lot, ByteString whole, SealedCases.Lie lie) {
        asked(code, name, List.of("a"), (line, request) -> {
            SealedPush push = SealedPush.answer(line, request, lot).offer(o -> o.setPartOf(whole));
            return lie.tells(push.begins());
        });
    }

    private void parts() {
        byte[] whole = WHOLE.tree().getBytes(UTF_8);
        part(
                Code.CODE_UNSPECIFIED,
                "serves a part, and that honestly",
                SealedPush.A,
                WHOLE.treeDigest(),
                push -> push.blob(WHOLE.treeDigest(), whole)
                        .sendsCvs()
                        .known()
                        .sends()
                        .seals()
                        .closes());
        part(
                Code.TREE_MISMATCH,
                "offers more as the part than was asked for",
                WHOLE,
                WHOLE.treeDigest(),
                push -> push.blob(WHOLE.treeDigest(), whole).verdict());
        part(
                Code.TREE_MISMATCH,
                "sends a part of another whole than it offered",
                SealedPush.A,
                ByteString.copyFrom(new byte[32]),
                push -> push.blob(ByteString.copyFrom(new byte[32]), whole).verdict());
        Lot other = SealedPush.A.tree(SealedPush.HEAD + SealedPush.file(1, Push.blake3(), "a"));
        part(
                Code.TREE_MISMATCH,
                "offers a part whose members the whole does not have",
                other,
                WHOLE.treeDigest(),
                push -> push.blob(WHOLE.treeDigest(), whole).verdict());
        part(
                Code.LIMIT,
                "sends more chunk values than the part has",
                SealedPush.A.cvs(WHOLE.cvs()),
                WHOLE.treeDigest(),
                push -> push.blob(WHOLE.treeDigest(), whole).sendsCvs().verdict());
        part(
                Code.PROTOCOL,
                "sends a member of the whole that is not of the part",
                SealedPush.A,
                WHOLE.treeDigest(),
                push -> push.blob(WHOLE.treeDigest(), whole)
                        .sendsCvs()
                        .known()
                        .chunk(2, 1, SealedPush.chunkOfB(1))
                        .verdict());
        part(Code.BAD_STATEMENT, "seals the part as a whole", SealedPush.A, WHOLE.treeDigest(), push -> {
            push.blob(WHOLE.treeDigest(), whole).sendsCvs().known().sends();
            Offer offered = push.push.offer;
            push.push.offer = offered.toBuilder().clearPartOf().build();
            var seal = push.seal();
            push.push.offer = offered;
            push.push.seals(seal);
            return push.verdict();
        });
    }

    // ---- the end

    private void ends() {
        all.add(new Misbehaviour(
                ROLE, "lets it publish, then withholds its signature", Code.CODE_UNSPECIFIED, PulledCases::withholds));
        lie(Code.CANCELLED, "cancels in the middle", WHOLE, push -> {
            push.announces().sendsA();
            push.line.cancels(push.push.transfer());
            return push.verdict();
        });
        drop("drops after the Request", push -> push, (push, line) -> {
            while (!SealedPush.request(line.hears(Control.BodyCase.REQUEST))
                    .getTransferId()
                    .equals(push.push.transfer())) {
                // of another one
            }
            return push.in(line).begins().finishes();
        });
        drop(
                "drops after Accept",
                push -> push.offers().accepted(),
                (push, line) ->
                        push.in(line).resumes().accepted().saysBegin().held().finishes());
        drop(
                "drops in the middle of its tree",
                push -> push.begins().sendsHalfATree(),
                (push, line) -> push.in(line).resumes().held().finishes());
        drop(
                "drops after the chunk values",
                push -> push.begins().announces(),
                (push, line) -> push.in(line).resumes().held().sends().seals().closes());
        drop(
                "drops after its seal",
                push -> push.begins().announces().sends().seals(),
                (push, line) -> SealedCases.afterSeal(push.in(line).resumes()));
    }

    private interface Steps {
        SealedPush take(SealedPush push) throws Exception;
    }

    private interface Again {
        Seen tells(SealedPush push, Line line) throws Exception;
    }

    private void drop(String name, Steps before, Again after) {
        all.add(new Misbehaviour(ROLE, name + " and comes back", Code.CODE_UNSPECIFIED, site -> {
            SealedPush push;
            try (Line line = Line.open(site, site.mallory)) {
                push = before.take(SealedPush.answer(line, SealedPush.asked(line), WHOLE));
            }
            try (Line line = Line.open(site, site.mallory)) {
                return after.tells(push, line);
            }
        }));
    }

    /** The checkpoint is there; the daemon keeps the seal as its evidence, and asks in each session with the same bytes. */
    private static Seen withholds(Besieged site) throws Exception {
        SealedPush push;
        byte[] receipt;
        try (Line line = Line.open(site, site.mallory)) {
            push = SealedPush.answer(line, SealedPush.asked(line), WHOLE)
                    .begins()
                    .announces()
                    .sends()
                    .seals();
            receipt = push.push.receipt();
        }
        Transfer waits = site.await(push.push.hexId(), t -> t.state().equals("HALF_SIGNED"));
        if (!Files.exists(site.root.resolve(Besieged.SMALL).resolve(push.push.offer.getName()))) {
            throw new AssertionError("not published: " + waits);
        }
        try (Line line = Line.open(site, site.mallory)) {
            if (!Arrays.equals(push.in(line).resumes().push.receipt(), receipt)) {
                throw new AssertionError("another receipt than the first");
            }
        }
        try (Line line = Line.open(site, site.mallory)) {
            var _ = push.in(line).resumes().closes();
        }
        return Seen.nothing("HALF_SIGNED, published; asked with the same bytes in each session; CLOSED when it signed");
    }
}
