package dev.carnet.proto.wire;

import com.google.protobuf.CodedInputStream;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Offer;
import java.io.IOException;

/** Form checks of an Offer. */
final class OfferForms {
    private OfferForms() {}

    static Offer parse(byte[] bytes) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            in.setRecursionLimit(ControlFrames.RECURSION_MAX);
            return Offer.parseFrom(in);
        } catch (IOException e) {
            throw new ProtocolException(Code.PROTOCOL, "OfferMessage.offer is no Offer message", e);
        }
    }
}
