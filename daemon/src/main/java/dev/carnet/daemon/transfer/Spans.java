package dev.carnet.daemon.transfer;

import java.time.Duration;

/** Spans of time in sentences. */
final class Spans {
    private Spans() {}

    /** In the largest unit of which there are two or more, rounded down: {@code 14 days}, {@code 36 hours}, {@code 90 minutes}, {@code 8 s}. */
    static String text(Duration span) {
        if (span.toDays() >= 2) {
            return span.toDays() + " days";
        }
        if (span.toHours() >= 2) {
            return span.toHours() + " hours";
        }
        return span.toMinutes() >= 2 ? span.toMinutes() + " minutes" : span.toSeconds() + " s";
    }
}
