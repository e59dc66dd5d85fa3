package dev.carnet.daemon.transport;

import java.time.Duration;

/**
 * Every wait of the transport (SPEC sections 4 and 6).
 *
 * @param connect TCP connection
 * @param handshake from the first byte of TCP to a complete TLS handshake
 * @param hello from the TLS handshake to the peer's Hello
 * @param join from the TLS handshake of a data connection to its join, or to the answer; of HTTP from the handshake, or from the last answer, to the end of the next request
 * @param heartbeat between two heartbeats; three without a byte from the peer end the session
 * @param streams until {@link Session#streams} has what it was asked for
 * @param send until {@link Session#send} has room; then the session ends
 * @param stall between two bytes of a frame that holds a receive buffer; then the session ends. Of HTTP until a piece of an answer is taken
 * @param frame from the first byte of a frame in its receive buffer to the last; then the session ends
 * @param shutdown until {@link Transport#close} has ended everything
 */
public record Timeouts(
        Duration connect,
        Duration handshake,
        Duration hello,
        Duration join,
        Duration heartbeat,
        Duration streams,
        Duration send,
        Duration stall,
        Duration frame,
        Duration shutdown) {
    /** Heartbeats without a sign of life that end a session. */
    public static final int HEARTBEATS_MISSED_MAX = 3;

    /** What SPEC says. */
    public static Timeouts standard() {
        Duration ten = Duration.ofSeconds(10);
        return new Timeouts(
                ten,
                ten,
                ten,
                ten,
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofMinutes(10),
                Duration.ofSeconds(5));
    }
}
