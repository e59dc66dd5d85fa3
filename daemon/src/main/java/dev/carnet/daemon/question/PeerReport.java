package dev.carnet.daemon.question;

import dev.carnet.daemon.transport.Reach;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a test of a peer found.
 *
 * @param peer SPIFFE ID, as the certificate says where there is a session
 * @param whyNot why there is no session; null where there is one
 * @param line what is known of the session's line; null where there is none
 * @param weDial fresh connections from here, one to each address of the configuration
 * @param theyDial fresh connections from there to here
 * @param kernel of this machine
 * @param advice sentences: what to change
 */
public record PeerReport(
        String alias,
        String peer,
        @Nullable String whyNot,
        @Nullable Line line,
        List<Reach> weDial,
        TheyDial theyDial,
        Kernel.Facts kernel,
        List<String> advice) {
    public PeerReport {
        weDial = List.copyOf(weDial);
        advice = List.copyOf(advice);
    }

    /**
     * The line of the session.
     *
     * @param dialledHere whether this side opened the session
     * @param certificateEnds the peer's
     * @param roundTripMillis median over the control connection; null where nothing was answered
     * @param rateOneStream payload bytes per second that arrived there, over one stream; null where it was not measured
     * @param rateStreams the same over several
     * @param streams how many those were
     */
    public record Line(
            boolean dialledHere,
            String group,
            String suite,
            Instant certificateEnds,
            @Nullable Double roundTripMillis,
            @Nullable Double rateOneStream,
            @Nullable Double rateStreams,
            int streams) {}

    /**
     * What the peer says of its own dials.
     *
     * @param outcome works, fails, not_configured, or unknown where it could not be asked
     * @param error of a dial that failed, or why it is unknown
     */
    public record TheyDial(String outcome, @Nullable String error) {
        public static final String WORKS = "works";
        public static final String FAILS = "fails";
        public static final String NOT_CONFIGURED = "not_configured";
        public static final String UNKNOWN = "unknown";
    }
}
