package dev.carnet.daemon.hostile;

import com.google.protobuf.ByteString;
import dev.carnet.client.Transfer;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.Permit;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.Request;
import dev.carnet.proto.wire.v1.RequestMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A destination that pulls from the daemon: what it may not have, in words that mean nothing, more than it may, or without ever taking it. */
final class PullingCases {
    private static final String ROLE = "destination, pulls";

    private final List<Misbehaviour> all = new ArrayList<>();

    private PullingCases() {}

    static List<Misbehaviour> all() {
        PullingCases cases = new PullingCases();
        cases.requests();
        cases.several();
        cases.whileBytesMove();
        cases.receipts();
        cases.drops();
        return cases.all;
    }

    private interface Lie {
        Seen tells(Line line) throws Exception;
    }

    private void lie(Code code, String name, Lie lie) {
        all.add(new Misbehaviour(ROLE, name, code, site -> {
            try (Line line = Line.open(site, site.second)) {
                return lie.tells(line);
            }
        }));
    }

    /** A Request of the checkpoint that may be pulled. */
    private static Request.Builder request(Line line) {
        Push number = new Push(line);
        return Request.newBuilder()
                .setTransferId(number.transfer())
                .setVolume("out")
                .setName("sealed")
                .setToVolume("v")
                .setToName(number.offer.getName())
                .setPrincipal("local");
    }

    private static void asks(Line line, Request request) {
        line.say(Control.newBuilder().setRequest(RequestMessage.newBuilder().setRequest(request.toByteString())));
    }

    // ---- what is refused at once

    private void request(Code code, String name, UnaryOperator<Request.Builder> change) {
        lie(code, name, line -> {
            asks(line, change.apply(request(line)).build());
            return line.verdict();
        });
    }

    private void requests() {
        request(Code.POLICY, "asks for what it may not have", r -> r.setVolume("denied"));
        request(Code.POLICY, "asks for another peer's", r -> r.setVolume("in").setName("first"));
        request(Code.POLICY, "asks for a volume that does not exist", r -> r.setVolume("nowhere"));
        request(Code.UNKNOWN_CHECKPOINT, "asks for a name that does not exist", r -> r.setName("nothing"));
        request(Code.UNKNOWN_CHECKPOINT, "asks for what nobody has sealed", r -> r.setName("model"));
        request(Code.UNKNOWN_CHECKPOINT, "asks for the inside of a checkpoint", r -> r.setName("sealed/shards"));
        request(Code.BAD_NAME, "asks for .carnet", r -> r.setName(".carnet/records"));
        request(Code.BAD_NAME, "asks for a place outside the volume", r -> r.setName("../../etc"));
        request(Code.BAD_NAME, "asks for a part by a pattern that is none", r -> r.addInclude("a//b"));
        request(Code.BAD_NAME, "asks for a part by a pattern with ..", r -> r.addInclude("../*"));
        request(Code.BAD_NAME, "asks for a part that has no member", r -> r.addInclude("nothing-of-the-kind"));
        request(Code.LIMIT, "asks by more patterns than the limit", r -> {
            for (int i = 0; i < 17; i++) {
                r.addInclude("p" + i);
            }
            return r;
        });
        request(Code.LIMIT, "asks by a pattern longer than the limit", r -> r.addInclude("x".repeat(4_097)));
        request(
                Code.UNSUPPORTED,
                "asks with a permit",
                r -> r.addPermits(Permit.newBuilder().setDigest(Push.digest("d".repeat(64)))));
        lie(Code.PROTOCOL, "asks in bytes that are no request", line -> {
            line.say(Control.newBuilder()
                    .setRequest(RequestMessage.newBuilder().setRequest(ByteString.copyFrom(new byte[] {-1, -1}))));
            return line.verdict();
        });
    }

    // ---- several

    /** The daemon's own end: nothing was begun, and its operator is rid of it. */
    private static void cancelled(Line line, Taking... takings) {
        for (Taking one : takings) {
            line.site.client().cancel(one.id);
            var _ = line.site.await(one.id, Transfer::finished);
        }
    }

    private void several() {
        lie(Code.CODE_UNSPECIFIED, "asks twice for one, in the same words", line -> {
            Request request = request(line).build();
            asks(line, request);
            asks(line, request);
            Taking taking = Taking.offered(line, Taking.hex(request.getTransferId()));
            asks(line, request);
            Taking again = Taking.offered(line, taking.id);
            long here = line.site.unfinished(line.as).size();
            cancelled(line, again);
            if (here != 1) {
                throw new AssertionError(here + " transfers of one request");
            }
            return Seen.nothing("the same Offer again, one transfer");
        });
        lie(Code.OFFER_MISMATCH, "asks twice under one id, for two things", line -> {
            Request request = request(line).build();
            asks(line, request);
            Taking taking = Taking.offered(line, Taking.hex(request.getTransferId()));
            asks(line, request.toBuilder().addInclude("shards").build());
            Seen seen = line.verdict();
            cancelled(line, taking);
            return seen;
        });
        lie(Code.BUSY, "asks for more than the limit", line -> {
            Taking[] some = new Taking[Besieged.TRANSFERS_MAX];
            for (int i = 0; i < some.length; i++) {
                Request request = request(line).build();
                asks(line, request);
                some[i] = Taking.offered(line, Taking.hex(request.getTransferId()));
            }
            asks(line, request(line).build());
            Seen seen = line.verdict();
            cancelled(line, some);
            return seen;
        });
        lie(Code.BUSY, "asks for a hundred at once", line -> {
            for (int i = 0; i < 100; i++) {
                asks(line, request(line).build());
            }
            List<Seen> refused = new ArrayList<>();
            int offers = 0;
            while (offers + refused.size() < 100) {
                Control answer = line.hears(Control.BodyCase.OFFER, Control.BodyCase.REFUSE);
                if (answer.hasOffer()) {
                    offers++;
                } else {
                    refused.add(Seen.of(answer));
                }
            }
            line.site.cancelUnfinished(line.as);
            if (offers > Besieged.TRANSFERS_MAX || refused.stream().anyMatch(seen -> seen.code() != Code.BUSY)) {
                throw new AssertionError(offers + " offers, and " + refused);
            }
            return refused.getLast();
        });
        lie(Code.POLICY, "refuses the offer that it asked for", line -> {
            Request request = request(line).build();
            asks(line, request);
            Taking taking = Taking.offered(line, Taking.hex(request.getTransferId()));
            line.say(Control.newBuilder()
                    .setRefuse(Refuse.newBuilder()
                            .setTransferId(taking.transfer)
                            .setCode(Code.POLICY)
                            .setSentence("no")));
            Transfer ended = line.site.await(taking.id, Transfer::finished);
            return new Seen(
                    "-", Code.valueOf(ended.code().orElse("")), ended.error().orElse(""));
        });
        lie(Code.POLICY, "asks again for what it refused", line -> {
            Request request = request(line).build();
            asks(line, request);
            Taking taking = Taking.offered(line, Taking.hex(request.getTransferId()));
            line.say(Control.newBuilder()
                    .setRefuse(Refuse.newBuilder()
                            .setTransferId(taking.transfer)
                            .setCode(Code.POLICY)
                            .setSentence("no")));
            var _ = line.site.await(taking.id, Transfer::finished);
            asks(line, request);
            return line.verdict();
        });
    }

    // ---- lies about what it has

    static Taking takes(Line line, UnaryOperator<Request.Builder> change) {
        Request request = change.apply(request(line)).build();
        asks(line, request);
        return Taking.offered(line, Taking.hex(request.getTransferId()));
    }

    private interface Takes {
        void lies(Taking taking) throws Exception;
    }

    /** The source gives up, with this code, and says so. */
    private void aborts(Code code, String name, Takes lie) {
        lie(code, name, line -> {
            Taking taking = takes(line, r -> r);
            lie.lies(taking);
            Seen seen = line.verdict();
            taking.abortedBy(code);
            return seen;
        });
    }

    private void whileBytesMove() {
        aborts(Code.KEY_BINDING, "accepts without keys", t -> t.accepts(KeyEvidence.getDefaultInstance()));
        aborts(
                Code.PROTOCOL,
                "knows some members and not all",
                t -> t.accepts().begun().holds(h -> h.setMembersKnown(3)));
        aborts(
                Code.PROTOCOL,
                "knows more members than there are",
                t -> t.accepts().begun().holds(h -> h.setMembersKnown(99)));
        aborts(
                Code.PROTOCOL,
                "acknowledges more members than there are",
                t -> t.accepts().begun().holds(h -> h).acknowledgesMembers(99));
        aborts(
                Code.PROTOCOL,
                "acknowledges chunks that were never sent",
                t -> t.accepts().begun().holds(h -> h).acknowledges(1, 0, 1_000_000));
        aborts(
                Code.PROTOCOL,
                "sends a receipt before the seal",
                t -> t.accepts().begun().holds(h -> h).receipt(new byte[] {1}));
    }

    private void receipts() {
        lie(Code.RECEIPT_MISMATCH, "signs a receipt of another tree", line -> {
            Taking taking = takes(line, r -> r).accepts().begun().holds(h -> h).takesAll();
            taking.receipt(line.as
                    .keys()
                    .signTwice(
                            Taking.with(taking.trueReceipt(), "f".repeat(64), 1).payload()));
            Transfer flagged = line.site.await(taking.id, t -> t.code().isPresent());
            line.site.client().cancel(taking.id);
            var _ = line.hears(Control.BodyCase.CANCEL);
            taking.saysAborted(Code.CANCELLED);
            var _ = line.site.await(taking.id, Transfer::finished);
            if (!flagged.state().equals("SEALED")) {
                throw new AssertionError("not in SEALED: " + flagged);
            }
            return new Seen("-", Code.valueOf(flagged.code().orElse("")), "no countersignature; " + flagged.state());
        });
        all.add(new Misbehaviour(ROLE, "takes a part, then withholds its receipt", Code.CODE_UNSPECIFIED, site -> {
            Taking taking;
            try (Line line = Line.open(site, site.second)) {
                taking = takes(line, r -> r.addInclude("shards/model-0.bin"))
                        .accepts()
                        .begun()
                        .holds(h -> h)
                        .takesAll();
            }
            try (Line line = Line.open(site, site.second)) {
                var _ = line.hears(Control.BodyCase.RESUME);
            }
            Transfer waits = site.await(taking.id, t -> t.state().equals("SEALED"));
            site.client().cancel(taking.id);
            try (Line line = Line.open(site, site.second)) {
                var _ = line.hears(Control.BodyCase.CANCEL);
                taking.in(line).saysAborted(Code.CANCELLED);
                var _ = site.await(taking.id, Transfer::finished);
            }
            return Seen.nothing(waits.state() + " with the seal as evidence; Resume in each session");
        }));
    }

    // ---- drops

    private void drops() {
        dropped("drops after its Request", t -> {});
        dropped("drops after Accept", Taking::accepts);
        dropped("drops after Held", t -> t.accepts().begun().holds(h -> h));
        dropped(
                "drops when it has the tree",
                t -> t.accepts().begun().holds(h -> h).acknowledgesEveryMember());
        dropped(
                "drops in the middle of a chunk",
                t -> t.accepts().begun().holds(h -> h).takesHalfAChunk());
    }

    private void dropped(String name, Takes before) {
        all.add(new Misbehaviour(ROLE, name, Code.CODE_UNSPECIFIED, site -> {
            Taking taking;
            try (Line line = Line.open(site, site.second)) {
                taking = takes(line, r -> r);
                before.lies(taking);
            }
            return DestinationCases.leftAlone(site, taking);
        }));
    }
}
