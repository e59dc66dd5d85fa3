package dev.carnet.daemon.policy;

import dev.carnet.proto.wire.v1.Code;
import org.slf4j.LoggerFactory;

/** Takes what was refused to a local caller or to an authenticated peer. Called once for each refusal, also on event loops: quick, never blocks, must not throw; whoever records it counts repeats. */
@FunctionalInterface
public interface RefusalSink {
    /** Where nothing better is there: the log. */
    RefusalSink LOG = (who, code, volume, sentence) -> LoggerFactory.getLogger(RefusalSink.class)
            .warn("refused {} to {}{}: {}", code, who, volume.isEmpty() ? "" : " on volume " + volume, sentence);

    /**
     * Something was refused to a local caller.
     *
     * @param who label of the principal, or {@code uid N} of a caller that is none
     * @param code of SPEC section 13
     * @param volume of this daemon; empty where none is known
     * @param sentence as the caller got it; may name paths of this machine
     */
    void refused(String who, Code code, String volume, String sentence);

    /**
     * Something was refused to a peer that had authenticated.
     *
     * @param spiffeId whether it is configured or not
     * @param volume that was asked for, as the peer says it; empty where none is known
     * @param sentence as the peer got it
     */
    default void refusedPeer(String spiffeId, Code code, String volume, String sentence) {
        refused(spiffeId, code, volume, sentence);
    }
}
