package dev.carnet.proto.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.carnet.proto.wire.v1.Accept;
import dev.carnet.proto.wire.v1.Begin;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.ContentForm;
import dev.carnet.proto.wire.v1.Direction;
import dev.carnet.proto.wire.v1.Exists;
import dev.carnet.proto.wire.v1.ExistsAnswer;
import dev.carnet.proto.wire.v1.KeyEvidence;
import dev.carnet.proto.wire.v1.KeyStep;
import dev.carnet.proto.wire.v1.Mode;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.OfferMessage;
import dev.carnet.proto.wire.v1.Part;
import dev.carnet.proto.wire.v1.Permit;
import dev.carnet.proto.wire.v1.Refuse;
import dev.carnet.proto.wire.v1.Request;
import dev.carnet.proto.wire.v1.RequestMessage;
import dev.carnet.proto.wire.v1.Resume;
import java.io.IOException;
import java.util.List;

/**
 * Form of the messages that begin a transfer, and of the Offer itself. Reserved values pass here (the answer to them is UNSUPPORTED), and so do names that a
 * volume or checkpoint cannot have (BAD_NAME) and missing key evidence (KEY_BINDING): those are refusals with a sentence, not broken frames.
 */
final class OfferForms {
    private static final int VERSION_MAX = 0xffff;

    private OfferForms() {}

    static void requestMessage(RequestMessage m) {
        parseRequest(m.getRequest().toByteArray());
    }

    static Request parseRequest(byte[] bytes) {
        Request request = read(Request.parser(), bytes, "RequestMessage.request", "Request");
        check(request);
        return request;
    }

    private static void check(Request m) {
        FieldCheck check = new FieldCheck("Request");
        check.id(m.getTransferId(), "transfer_id");
        check.someText(m.getVolume(), Limits.VOLUME_BYTES_MAX, "volume");
        check.someText(m.getName(), Limits.CHECKPOINT_NAME_BYTES_MAX, "name");
        check.someText(m.getToVolume(), Limits.VOLUME_BYTES_MAX, "to_volume");
        check.someText(m.getToName(), Limits.CHECKPOINT_NAME_BYTES_MAX, "to_name");
        check.count(m.getIncludeCount(), 0, Limits.OFFER_LIST_MAX, "include");
        m.getIncludeList().forEach(path -> check.someText(path, Limits.PATH_BYTES_MAX, "include"));
        check.somePlainText(m.getPrincipal(), Limits.LABEL_BYTES_MAX, "principal");
        check.plainText(m.getPurpose(), Limits.LABEL_BYTES_MAX, "purpose");
        LabelForms.check(check, m.getLabelsList());
        check.number(m.getBytesPerSecondMax(), Long.MAX_VALUE, "bytes_per_second_max");
        check.number(m.getStreams(), 0, Limits.STREAMS_MAX, "streams");
        permits(check, m.getPermitsList());
    }

    static void offerMessage(OfferMessage m) {
        FieldCheck check = new FieldCheck("OfferMessage");
        keys(check, m.getKeys());
        parse(m.getOffer().toByteArray());
    }

    static Offer parse(byte[] bytes) {
        Offer offer = read(Offer.parser(), bytes, "OfferMessage.offer", "Offer");
        check(offer);
        return offer;
    }

    /** A message that travels, and is stored, as its exact bytes. */
    private static <M extends MessageLite> M read(Parser<M> parser, byte[] bytes, String field, String type) {
        if (bytes.length == 0 || bytes.length > Limits.CONTROL_FRAME_BYTES_MAX) {
            throw new ProtocolException(field + " has " + bytes.length + " bytes");
        }
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            in.setRecursionLimit(ControlFrames.RECURSION_MAX);
            return parser.parseFrom(in);
        } catch (IOException e) {
            throw new ProtocolException(Code.PROTOCOL, field + " is no " + type + " message", e);
        }
    }

    private static void check(Offer m) {
        FieldCheck check = new FieldCheck("Offer");
        check.number(m.getVersion(), 1, VERSION_MAX, "version");
        check.id(m.getTransferId(), "transfer_id");
        check.id(m.getCheckpointId(), "checkpoint_id");
        part(m.getPart());
        check.form(known(m.getMode()), "mode", "is none that this version knows");
        check.form(known(m.getDirection()), "direction", "is none that this version knows");
        check.form(m.getContentForm() != ContentForm.UNRECOGNIZED, "content_form", "is none that this version knows");
        parties(check, m);
        place(check, m);
        check.number(m.getMembers(), 1, Limits.MEMBERS_MAX, "members");
        check.number(m.getLogicalBytesMax(), Long.MAX_VALUE, "logical_bytes_max");
        sealed(check, m);
        LabelForms.check(check, m.getLabelsList());
        check.count(m.getBasesCount(), 0, Limits.OFFER_LIST_MAX, "bases");
        m.getBasesList().forEach(base -> check.digest(base, "bases"));
        check.somePlainText(m.getPrincipal(), Limits.LABEL_BYTES_MAX, "principal");
        check.plainText(m.getPurpose(), Limits.LABEL_BYTES_MAX, "purpose");
        check.digest(m.getPolicyDigest(), "policy_digest");
        permits(check, m.getPermitsList());
        check.text(m.getContentKeyId(), Limits.LABEL_BYTES_MAX, "content_key_id");
        SessionForms.extensions(check, m.getExtensionsList());
    }

    private static void sealed(FieldCheck check, Offer m) {
        boolean sealed = m.getMode() == Mode.MODE_SEALED;
        boolean pull = m.getDirection() == Direction.DIRECTION_PULL;
        check.digestOrNothing(m.getTreeDigest(), "tree_digest");
        check.digestOrNothing(m.getCvsDigest(), "cvs_digest");
        check.digestOrNothing(m.getPartOf(), "part_of");
        check.digestOrNothing(m.getRequest(), "request");
        check.form(m.getTreeDigest().isEmpty() != sealed, "tree_digest", "is there in sealed mode only");
        check.form(m.getCvsDigest().isEmpty() != sealed, "cvs_digest", "is there in sealed mode only");
        check.form(m.getPartOf().isEmpty() || sealed, "part_of", "is there in sealed mode only");
        check.form(m.getRequest().isEmpty() != pull, "request", "is there in a pull only");
        check.form(!pull || sealed, "mode", "is not sealed, in a pull");
    }

    private static void parties(FieldCheck check, Offer m) {
        check.spiffeId(m.getCoordinator(), "coordinator");
        check.spiffeId(m.getSourceId(), "source_id");
        check.origin(m.getSourceOrigin(), "source_origin");
        check.spiffeId(m.getDestinationId(), "destination_id");
        check.origin(m.getDestinationOrigin(), "destination_origin");
    }

    private static void place(FieldCheck check, Offer m) {
        check.someText(m.getVolume(), Limits.VOLUME_BYTES_MAX, "volume");
        check.someText(m.getName(), Limits.CHECKPOINT_NAME_BYTES_MAX, "name");
        check.count(m.getPointersCount(), 0, Limits.OFFER_LIST_MAX, "pointers");
        m.getPointersList().forEach(p -> check.someText(p, Limits.CHECKPOINT_NAME_BYTES_MAX, "pointers"));
    }

    private static void part(Part m) {
        FieldCheck check = new FieldCheck("Offer.part");
        check.number(m.getOf(), 1, Limits.PARTS_MAX, "of");
        check.form(Integer.compareUnsigned(m.getIndex(), m.getOf()) < 0, "index", "is not below the number of parts");
        check.text(m.getName(), Limits.LABEL_BYTES_MAX, "name");
        check.count(m.getBringersCount(), 0, Limits.OFFER_LIST_MAX, "bringers");
        m.getBringersList().forEach(id -> check.spiffeId(id, "bringers"));
    }

    static void accept(Accept m) {
        FieldCheck check = new FieldCheck("Accept");
        check.id(m.getTransferId(), "transfer_id");
        check.digest(m.getIntentDigest(), "intent_digest");
        keys(check, m.getKeys());
        check.digest(m.getPolicyDigest(), "policy_digest");
    }

    static void refuse(Refuse m) {
        FieldCheck check = new FieldCheck("Refuse");
        check.id(m.getTransferId(), "transfer_id");
        check.code(m.getCode());
        check.sentence(m.getSentence());
    }

    static void exists(Exists m) {
        FieldCheck check = new FieldCheck("Exists");
        check.id(m.getTransferId(), "transfer_id");
        check.digest(m.getTreeDigest(), "tree_digest");
        check.digestOrNothing(m.getReceiptDigest(), "receipt_digest");
    }

    static void existsAnswer(ExistsAnswer m) {
        new FieldCheck("ExistsAnswer").id(m.getTransferId(), "transfer_id");
    }

    static void begin(Begin m) {
        FieldCheck check = new FieldCheck("Begin");
        check.id(m.getTransferId(), "transfer_id");
        check.digest(m.getIntentDigest(), "intent_digest");
    }

    static void resume(Resume m) {
        FieldCheck check = new FieldCheck("Resume");
        check.id(m.getTransferId(), "transfer_id");
        check.digest(m.getOfferDigest(), "offer_digest");
        check.someText(m.getState(), Limits.STATE_BYTES_MAX, "state");
        keys(check, m.getKeys());
    }

    /** Unlike evidence that may be missing, and is refused with a sentence then, a step without either is none. */
    static void keyStep(KeyStep m) {
        FieldCheck check = new FieldCheck("KeyStep");
        check.bytes(m.getKeys().getBinding(), 1, Limits.ENTRY_BYTES_MAX, "keys.binding");
        check.bytes(m.getKeys().getProof(), 1, Limits.KEY_PROOF_BYTES_MAX, "keys.proof");
    }

    static void keys(FieldCheck check, KeyEvidence keys) {
        check.bytes(keys.getBinding(), 0, Limits.ENTRY_BYTES_MAX, "keys.binding");
        check.bytes(keys.getProof(), 0, Limits.KEY_PROOF_BYTES_MAX, "keys.proof");
    }

    private static void permits(FieldCheck check, List<Permit> permits) {
        check.count(permits.size(), 0, Limits.OFFER_LIST_MAX, "permits");
        for (Permit permit : permits) {
            ByteString value = permit.getValue();
            check.digest(permit.getDigest(), "permits.digest");
            check.bytes(value, 0, Limits.PERMIT_BYTES_MAX, "permits.value");
        }
    }

    private static boolean known(Mode mode) {
        return mode != Mode.MODE_UNSPECIFIED && mode != Mode.UNRECOGNIZED;
    }

    private static boolean known(Direction direction) {
        return direction != Direction.DIRECTION_UNSPECIFIED && direction != Direction.UNRECOGNIZED;
    }
}
