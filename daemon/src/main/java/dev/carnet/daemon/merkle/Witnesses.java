package dev.carnet.daemon.merkle;

import dev.carnet.proto.log.LogCheckpoint;
import dev.carnet.proto.log.NoteSignature;
import dev.carnet.proto.log.SignedCheckpoint;
import java.time.Duration;
import java.util.Optional;

/** What the log asks of those who watch it. Quick, each of them: nobody is waited for here. */
public interface Witnesses {
    /** How long a witness's answer is waited for. */
    Duration ANSWER_MAX = Duration.ofSeconds(40);

    /** Nobody is asked. */
    Witnesses NONE = new Witnesses() {};

    /** Why nothing may be signed yet, or any more: witnesses that have not said what they know of this log, or that know more of it than is here. Empty where all is well. */
    default Optional<String> silence() {
        return Optional.empty();
    }

    /** A log checkpoint is signed, on record, and to be cosigned: {@link Publisher#cosigned} takes the answers. */
    default void signed(SignedCheckpoint note) {}

    /** The newest log checkpoint of a peer's log that this daemon has on record as its witness. */
    default Optional<LogCheckpoint> newest(String spiffeId, String origin) {
        return Optional.empty();
    }

    /** Whether the policy names the key that this line names: such lines find room before others. */
    default boolean demanded(NoteSignature line) {
        return false;
    }

    /** Which cosignatures are missing that publication has to wait for; empty where there are enough. */
    default Optional<String> missing(SignedCheckpoint note) {
        return Optional.empty();
    }
}
