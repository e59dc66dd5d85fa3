package dev.carnet.perf.ledger;

import dev.carnet.daemon.ledger.Keyring;
import dev.carnet.proto.ledger.Possession;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Ordinary entries of about 1 KiB: possessions of different checkpoints.
 *
 * @param daemon SPIFFE ID
 * @param origin of its ledger
 */
record Entries(String daemon, String origin) {
    private static final Instant TIME = Instant.parse("2026-11-25T10:00:30Z");
    private static final long BYTES = 1L << 30;

    static Entries of(String origin) {
        return new Entries("spiffe://" + origin, origin);
    }

    /** The complete envelope. */
    byte[] signed(Keyring keys, int number) {
        return keys.sign(payload(number));
    }

    private byte[] payload(int number) {
        String digest = digest("tree " + number);
        return new Possession(
                        daemon,
                        origin,
                        TIME.plusMillis(number),
                        digest,
                        Possession.STATE_VERIFIED,
                        digest("content " + number),
                        "checkpoints",
                        "run-" + number / 1_000 + "/model-of-a-usual-name/step-" + number,
                        64,
                        BYTES + number,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(new Possession.Asked(digest.substring(0, 32), daemon + "/peer")),
                        Optional.empty())
                .payload();
    }

    private static String digest(String of) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(of.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
