package dev.carnet.daemon.transport;

import com.google.protobuf.ByteString;
import dev.carnet.proto.wire.Sentences;
import dev.carnet.proto.wire.v1.Code;
import dev.carnet.proto.wire.v1.Control;
import dev.carnet.proto.wire.v1.Goodbye;
import dev.carnet.proto.wire.v1.Heartbeat;
import dev.carnet.proto.wire.v1.Hello;
import dev.carnet.proto.wire.v1.NeedStreams;

/** The messages that are the transport's own. */
final class Messages {
    static final int VERSION = 1;

    private Messages() {}

    /** @param sessionId empty in the dialler's */
    static Control hello(Hub hub, byte[] sessionId, String spiffeId) {
        return Control.newBuilder()
                .setHello(Hello.newBuilder()
                        .setVersionMin(VERSION)
                        .setVersionMax(VERSION)
                        .setSessionId(ByteString.copyFrom(sessionId))
                        .setSpiffeId(spiffeId)
                        .setLogOrigin(hub.spec().logOrigin())
                        .setSoftware(hub.spec().software())
                        .setStreamsMax(hub.spec().streamsMax()))
                .build();
    }

    /** Why something ends. */
    record Reason(Code code, String sentence) {}

    /** @param follows id of the session that this one renews; empty for none */
    static Control hello(Hub hub, byte[] sessionId, String spiffeId, byte[] follows) {
        Control plain = hello(hub, sessionId, spiffeId);
        return plain.toBuilder()
                .setHello(plain.getHello().toBuilder().setFollowsSession(ByteString.copyFrom(follows)))
                .build();
    }

    static Control goodbye(Code code, String sentence) {
        return Control.newBuilder()
                .setGoodbye(Goodbye.newBuilder().setCode(code).setSentence(Sentences.clip(sentence)))
                .build();
    }

    static Control heartbeat(long sequence, boolean answer) {
        return Control.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder().setSequence(sequence).setAnswer(answer))
                .build();
    }

    static Control needStreams(int count) {
        return Control.newBuilder()
                .setNeedStreams(NeedStreams.newBuilder().setStreams(count))
                .build();
    }

    /** What a Goodbye means, for people. */
    static String said(String who, Goodbye goodbye) {
        return who + " said goodbye: " + Sentences.shown(goodbye.getSentence()) + " (" + goodbye.getCode() + ")";
    }
}
