package dev.carnet.proto.wire;

import com.google.protobuf.CodedInputStream;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Offer;
import dev.carnet.proto.wire.v1.Request;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Control frames without their length (SPEC section 6.1). What comes out of {@link #parse}, and what goes into {@link #encode}, has the form of SPEC section 4:
 * lengths of ids and digests, counts, ranges, names of enums, bytes of sentences. Whether it comes in its turn, and whether it may be done, is for others to ask.
 */
public final class ControlFrames {
    private ControlFrames() {}

    /**
     * The bytes of a message.
     *
     * @throws IllegalArgumentException if the message breaks a form or limit: our own mistake
     */
    public static byte[] encode(Control message) {
        if (message.getSerializedSize() > Limits.CONTROL_FRAME_BYTES_MAX) {
            throw new IllegalArgumentException(message.getBodyCase() + " of " + message.getSerializedSize()
                    + " bytes; the limit of a control frame is " + Limits.CONTROL_FRAME_BYTES_MAX);
        }
        try {
            ControlForms.check(message);
        } catch (ProtocolException e) {
            throw new IllegalArgumentException("about to send a message that no peer would take: " + e.getMessage(), e);
        }
        return message.toByteArray();
    }

    /**
     * Reads a message.
     *
     * @param limit the most bytes: {@link Limits#HELLO_BYTES_MAX} for the first frame of a connection, then {@link Limits#CONTROL_FRAME_BYTES_MAX}
     * @throws ProtocolException naming message, field and rule
     */
    public static Control parse(byte[] frame, int limit) {
        return parse(ByteBuffer.wrap(frame), limit);
    }

    /** As {@link #parse(byte[], int)}, for the bytes from position to limit; the position does not move. */
    public static Control parse(ByteBuffer frame, int limit) {
        checkLength(frame.remaining(), limit);
        Control message;
        try {
            CodedInputStream in = CodedInputStream.newInstance(frame.duplicate());
            in.setRecursionLimit(RECURSION_MAX);
            message = Control.parseFrom(in);
        } catch (IOException e) {
            throw new ProtocolException(Code.PROTOCOL, "control frame that is no Control message", e);
        }
        ControlForms.check(message);
        return message;
    }

    /**
     * Checks the length that precedes a frame, before anything is allocated for it.
     *
     * @throws ProtocolException if it is 0 or beyond the limit
     */
    public static void checkLength(int length, int limit) {
        if (length <= 0 || length > limit) {
            throw new ProtocolException(
                    "control frame of " + Integer.toUnsignedString(length) + " bytes; the limit is " + limit);
        }
    }

    /**
     * Reads the Offer in an OfferMessage, from the exact bytes that were sent or stored.
     *
     * @throws ProtocolException naming field and rule
     */
    public static Offer parseOffer(byte[] offer) {
        return OfferForms.parse(offer);
    }

    /**
     * Reads the Request in a RequestMessage, from the exact bytes that were sent or stored.
     *
     * @throws ProtocolException naming field and rule
     */
    public static Request parseRequest(byte[] request) {
        return OfferForms.parseRequest(request);
    }

    /** Control, its body, a page, a range: messages nest no deeper. */
    static final int RECURSION_MAX = 8;
}
