package dev.carnet.daemon.fuzz;

import static dev.carnet.daemon.fuzz.Target.hold;

import dev.carnet.proto.wire.ChunkHeader;
import dev.carnet.proto.wire.ControlFrames;
import dev.carnet.proto.wire.JoinAnswer;
import dev.carnet.proto.wire.JoinFrame;
import dev.carnet.proto.wire.Limits;
import dev.carnet.proto.wire.ProtocolException;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Offer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** What travels on connections. */
final class WireTargets {
    private static final int HEADER_BYTES = ChunkHeader.BYTES;

    private WireTargets() {}

    /** What is taken can be sent on, and is the same message then: a form that reads but does not write would be refused by one side alone. */
    static void controlMessage(byte[] input) {
        Control message;
        try {
            message = ControlFrames.parse(input, Limits.CONTROL_FRAME_BYTES_MAX);
        } catch (ProtocolException e) {
            named(e);
            return;
        }
        hold(input.length <= Limits.CONTROL_FRAME_BYTES_MAX, "taken beyond the limit");
        hold(message.getBodyCase() != Control.BodyCase.BODY_NOT_SET, "taken without a body");
        if (message.getSerializedSize() <= Limits.CONTROL_FRAME_BYTES_MAX) {
            byte[] again = ControlFrames.encode(message);
            hold(ControlFrames.parse(again, again.length).equals(message), "read, written, and read as another");
        }
        if (message.hasOffer()) {
            offer(message.getOffer().getOffer().toByteArray());
        }
    }

    static void offer(byte[] input) {
        Offer offer;
        try {
            offer = ControlFrames.parseOffer(input);
        } catch (ProtocolException e) {
            named(e);
            return;
        }
        hold(offer.getTransferId().size() == 16 && offer.getCheckpointId().size() == 16, "ids of other lengths");
        hold(offer.getLogicalBytesMax() >= 0, "a ceiling below 0");
        hold(!offer.getVolume().isEmpty() && !offer.getName().isEmpty(), "an empty name");
        hold(offer.getPart().getIndex() < offer.getPart().getOf(), "a part beyond the last");
        hold(ControlFrames.parseOffer(offer.toByteArray()).equals(offer), "written and read as another");
    }

    static void chunkHeader(byte[] input) {
        if (input.length < HEADER_BYTES) {
            return;
        }
        byte[] bytes = Arrays.copyOf(input, HEADER_BYTES);
        ChunkHeader header;
        try {
            header = ChunkHeader.read(ByteBuffer.wrap(bytes));
        } catch (ProtocolException e) {
            named(e);
            return;
        }
        hold(header.length() > 0 && header.length() <= ChunkHeader.CHUNK_BYTES, "a length beyond the limit");
        hold(header.wireLength() > 0 && header.wireLength() <= header.length(), "a wire length beyond the length");
        ByteBuffer written = ByteBuffer.allocate(HEADER_BYTES);
        header.write(written);
        hold(Arrays.equals(written.array(), bytes), "a header is written as other bytes");
    }

    static void join(byte[] input) {
        JoinFrame join;
        try {
            join = JoinFrame.parse(input);
        } catch (ProtocolException e) {
            named(e);
            return;
        }
        hold(Arrays.equals(join.encode(), input), "a join is written as other bytes");
        byte[] key = new byte[JoinFrame.EXPORTER_BYTES];
        byte[] exporter = new byte[JoinFrame.EXPORTER_BYTES];
        boolean right = Arrays.equals(
                JoinFrame.make(key, join.sessionId(), join.stream(), exporter).mac(), join.mac());
        hold(join.verify(key, exporter) == right, "a MAC is judged wrongly");
        exporter[31] = 1;
        hold(!right || !join.verify(key, exporter), "a join verifies on another connection");
    }

    static void joinAnswer(byte[] input) {
        ByteBuffer in = ByteBuffer.wrap(input);
        Optional<JoinAnswer> answer;
        try {
            answer = JoinAnswer.parse(in);
        } catch (ProtocolException e) {
            named(e);
            return;
        }
        if (answer.isEmpty()) {
            hold(in.position() == 0, "bytes were taken and nothing given");
            hold(input.length < 3 + Limits.SENTENCE_BYTES_MAX, "waits for more than an answer has");
        } else {
            byte[] taken = Arrays.copyOf(input, in.position());
            hold(Arrays.equals(answer.get().encode(), taken), "an answer is written as other bytes");
        }
    }

    /** A refusal has one of the two codes that end a connection, and a sentence that fits into the Goodbye. */
    static void named(ProtocolException e) {
        hold(e.code() == Code.PROTOCOL || e.code() == Code.LIMIT, "refused with " + e.code());
        String sentence = String.valueOf(e.getMessage());
        hold(!sentence.isBlank() && sentence.length() < Limits.SENTENCE_BYTES_MAX, "refused with '" + sentence + "'");
    }
}
