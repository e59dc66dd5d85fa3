package dev.carnet.daemon.doctor;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.Blake3Choice;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Which BLAKE3 runs, and how fast on one core. */
final class HashCheck implements Check {
    private static final Duration MEASURED = Duration.ofMillis(200);
    private static final long MEGABYTE = 1_000_000;

    private final Supplier<Facts> facts;

    /**
     * @param vector whether it runs on the Vector API
     * @param reason why this one was chosen, a sentence
     */
    record Facts(String kind, boolean vector, String reason, long bytesPerSecond) {}

    HashCheck(Supplier<Facts> facts) {
        this.facts = facts;
    }

    static Facts measured() {
        Blake3Choice choice = Blake3Choice.made();
        long speed = Blake3Choice.speed(choice.blake3(), System::nanoTime, MEASURED.toNanos());
        boolean vector = !choice.blake3().kind().equals(Blake3.scalar().kind());
        return new Facts(choice.blake3().kind(), vector, choice.reason(), speed);
    }

    @Override
    public String name() {
        return "hash";
    }

    @Override
    public List<Finding> look() {
        Facts now = facts.get();
        String found = "BLAKE3, " + now.kind() + ", " + now.bytesPerSecond() / MEGABYTE + " MB/s on one core";
        return List.of(
                now.vector()
                        ? Finding.ok(name(), found)
                        : Finding.warning(name(), found + ": several times slower than it could be", now.reason()));
    }
}
