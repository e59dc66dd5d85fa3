package dev.carnet.daemon.transport;

/** A witness of logs, as C2SP tlog-witness has it: takes what is posted to {@code /add-checkpoint}. */
@FunctionalInterface
public interface CheckpointDoor {
    /** A longer body is refused: a consistency proof has at most 63 lines, and a log checkpoint some signatures. */
    int BODY_BYTES_MAX = 64 << 10;

    /**
     * Judges one. May block, from any thread; what it says is sent as it is.
     *
     * @param spiffeId who posted it: a peer or an auditor of the configuration
     * @param body as it came, at most {@link #BODY_BYTES_MAX}
     */
    Answer addCheckpoint(String spiffeId, byte[] body);

    /**
     * What is answered.
     *
     * @param status of HTTP, as tlog-witness says
     * @param contentType a media type
     */
    record Answer(int status, String contentType, byte[] body) {}
}
