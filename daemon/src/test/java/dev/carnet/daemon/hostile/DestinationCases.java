package dev.carnet.daemon.hostile;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.client.Transfer;
import dev.carnet.proto.ledger.TransferReceipt;
import dev.carnet.proto.wire.PlainText;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.Refuse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A destination that lies about what it has, and signs what is not so. */
final class DestinationCases {
    private static final String ROLE = "destination";

    private final List<Misbehaviour> all = new ArrayList<>();

    private DestinationCases() {}

    static List<Misbehaviour> all() {
        DestinationCases cases = new DestinationCases();
        cases.whileBytesMove();
        cases.receipts();
        cases.drops();
        return cases.all;
    }

    private interface Lie {
        void tells(Taking taking) throws Exception;
    }

    /** The source gives up, with this code, and says so. */
    private void aborts(Code code, String name, Lie lie) {
        all.add(new Misbehaviour(ROLE, name, code, site -> {
            try (Line line = Line.open(site, site.second)) {
                Taking taking = Taking.begin(line);
                lie.tells(taking);
                Seen seen = line.verdict();
                taking.abortedBy(code);
                return seen;
            }
        }));
    }

    private void whileBytesMove() {
        aborts(Code.KEY_BINDING, "accepts without keys", t -> t.accepts(KeyEvidence.getDefaultInstance()));
        aborts(Code.KEY_BINDING, "accepts with the keys of another", t -> t.accepts(t.line.site.mallory.evidence()));
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
                "acknowledges chunks of a directory",
                t -> t.accepts().begun().holds(h -> h).acknowledges(0, 0, 0));
        aborts(
                Code.PROTOCOL,
                "sends a receipt before the seal",
                t -> t.accepts().begun().holds(h -> h).receipt("nonsense".getBytes(UTF_8)));
        all.add(new Misbehaviour(
                ROLE, "refuses with a sentence that clears the screen and turns text round", Code.POLICY, site -> {
                    try (Line line = Line.open(site, site.second)) {
                        Taking taking = Taking.begin(line);
                        line.say(Control.newBuilder()
                                .setRefuse(Refuse.newBuilder()
                                        .setTransferId(taking.transfer)
                                        .setCode(Code.POLICY)
                                        .setSentence("gone\u001b[2J\u009b31m\u202ehsup\r\nall is well")));
                        String error = site.await(taking.id, Transfer::finished)
                                .error()
                                .orElse("");
                        if (!error.contains("gone\ufffd[2J\ufffd31m\ufffdhsup\ufffd\ufffdall is well")
                                || !PlainText.is(error)
                                || !site.log().contains("gone\ufffd[2J")
                                || !site.log().lines().allMatch(said -> PlainText.is(said.replace("\t", "")))) {
                            throw new AssertionError("the error or the log holds what it may not: " + error);
                        }
                        return new Seen("-", Code.POLICY, error);
                    }
                }));
        all.add(new Misbehaviour(ROLE, "refuses with a code and a sentence of its own", Code.POLICY, site -> {
            try (Line line = Line.open(site, site.second)) {
                Taking taking = Taking.begin(line);
                line.say(Control.newBuilder()
                        .setRefuse(Refuse.newBuilder()
                                .setTransferId(taking.transfer)
                                .setCode(Code.POLICY)
                                .setSentence("no")));
                Transfer ended = site.await(taking.id, Transfer::finished);
                return new Seen(
                        "-",
                        Code.valueOf(ended.code().orElse("")),
                        ended.error().orElse(""));
            }
        }));
    }

    // ---- receipts: never countersigned, flagged, and the seal stays as the evidence that there is

    private interface Receipt {
        byte[] make(Taking taking);
    }

    private void flagged(Code code, String name, Receipt lie) {
        all.add(new Misbehaviour(ROLE, name, code, site -> {
            try (Line line = Line.open(site, site.second)) {
                Taking taking =
                        Taking.begin(line).accepts().begun().holds(h -> h).takesAll();
                taking.receipt(lie.make(taking));
                Transfer flagged = site.await(taking.id, t -> t.code().isPresent());
                if (!flagged.state().equals("SEALED")) {
                    throw new AssertionError("not in SEALED: " + flagged);
                }
                site.client().cancel(taking.id);
                var _ = line.hears(Control.BodyCase.CANCEL);
                taking.saysAborted(Code.CANCELLED);
                var _ = site.await(taking.id, Transfer::finished);
                return new Seen(
                        "-", Code.valueOf(flagged.code().orElse("")), "no countersignature; " + flagged.state());
            }
        }));
    }

    private void mismatch(String name, UnaryOperator<TransferReceipt> lie) {
        flagged(
                Code.RECEIPT_MISMATCH,
                name,
                t -> t.line.as.keys().signTwice(lie.apply(t.trueReceipt()).payload()));
    }

    private void receipts() {
        flagged(Code.BAD_STATEMENT, "signs nonsense as receipt", t -> "nonsense".getBytes(UTF_8));
        flagged(
                Code.BAD_STATEMENT,
                "signs the receipt with a key that no binding explains",
                t -> t.line.site.unbound.keys().signTwice(t.trueReceipt().payload()));
        flagged(
                Code.BAD_STATEMENT,
                "signs the receipt with one key of two",
                t -> t.line.as.keys().sign(t.trueReceipt().payload()));
        mismatch("signs a receipt of another tree", r -> Taking.with(r, "f".repeat(64), r.files()));
        mismatch("signs a receipt of more files", r -> Taking.with(r, r.tree(), r.files() + 1));
        mismatch("signs a receipt that names a session that never was", r -> r);
        all.add(new Misbehaviour(ROLE, "takes everything, then withholds its receipt", Code.CODE_UNSPECIFIED, site -> {
            Taking taking;
            try (Line line = Line.open(site, site.second)) {
                taking = Taking.begin(line).accepts().begun().holds(h -> h).takesAll();
            }
            for (int i = 0; i < 2; i++) {
                try (Line line = Line.open(site, site.second)) {
                    var _ = line.hears(Control.BodyCase.RESUME);
                }
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

    private void dropped(String name, Lie before) {
        all.add(new Misbehaviour(ROLE, name, Code.CODE_UNSPECIFIED, site -> {
            Taking taking;
            try (Line line = Line.open(site, site.second)) {
                taking = Taking.begin(line);
                before.tells(taking);
            }
            return leftAlone(site, taking);
        }));
    }

    /** What became of a transfer whose destination has gone: it waits, until its operator ends it. */
    static Seen leftAlone(Besieged site, Taking taking) {
        Transfer waits = site.await(taking.id, t -> t.waitingFor().orElse("").contains("a session with"));
        site.client().cancel(taking.id);
        try (Line line = Line.open(site, site.second)) {
            // it owes the peer the news, where the peer may know of the transfer
            if (!site.await(taking.id, t -> t.finished() || t.state().equals("CANCEL_WANTED"))
                            .finished()
                    || line.heardCancelWithin(2_000)) {
                taking.in(line).saysAborted(Code.CANCELLED);
            }
            var _ = site.await(taking.id, Transfer::finished);
        }
        return Seen.dropped("it waits for " + waits.waitingFor().orElse("") + "; ended by its operator");
    }

    private void drops() {
        dropped("drops after the Offer", t -> {});
        dropped("drops after Accept", Taking::accepts);
        dropped("drops after Held", t -> t.accepts().begun().holds(h -> h));
        dropped(
                "drops in the middle of a chunk",
                t -> t.accepts().begun().holds(h -> h).takesHalfAChunk());
    }
}
