package dev.carnet.daemon.policy;

import dev.carnet.proto.wire.v1.Code;
import org.slf4j.LoggerFactory;

/** Takes what a local caller was refused. Called on the API's threads, once for each refusal: whoever records it counts repeats. Must not throw. */
@FunctionalInterface
public interface RefusalSink {
    /** Where nothing better is there: the log. */
    RefusalSink LOG = (who, code, volume, sentence) -> LoggerFactory.getLogger(RefusalSink.class)
            .warn("refused {} to {}{}: {}", code, who, volume.isEmpty() ? "" : " on volume " + volume, sentence);

    /**
     * Something was refused.
     *
     * @param who label of the principal, or {@code uid N} of a caller that is none
     * @param code of SPEC section 13
     * @param volume of this daemon; empty where none is known
     * @param sentence as the caller got it; may name paths of this machine
     */
    void refused(String who, Code code, String volume, String sentence);
}
