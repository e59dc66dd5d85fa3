package dev.carnet.daemon.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.TrustPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who cosigns this daemon's log: the file of {@code [daemon] witnesses}, a C2SP tlog-policy. Witnesses that are peers have no URL there.
 *
 * @param text as it was read
 */
public record WitnessPolicy(String text, TrustPolicy policy) {
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final String KEY = "daemon.witnesses";

    /**
     * Reads it; empty where none is configured.
     *
     * @throws ConfigException where it cannot be read: a policy that is broken must not count as none
     */
    public static Optional<WitnessPolicy> load(DaemonConfig config) throws ConfigException {
        if (config.daemon().witnesses().isEmpty()) {
            return Optional.empty();
        }
        Path file = config.daemon().witnesses().get();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new IOException("more than " + Quantity.ofSize(FILE_BYTES_MAX));
            }
            String text = new String(bytes, UTF_8);
            TrustPolicy policy = TrustPolicy.parse(text.lines().toList());
            for (String url : policy.urls().values()) {
                if (!url.matches("https?://[^\\s]+")) {
                    throw new LogException("a witness's URL begins with http:// or https://, not " + url);
                }
            }
            return Optional.of(new WitnessPolicy(text, policy));
        } catch (IOException e) {
            throw broken(config, file + " cannot be read: " + e);
        } catch (LogException e) {
            throw broken(config, file + " is no policy of witnesses (C2SP tlog-policy): " + e.getMessage());
        }
    }

    private static ConfigException broken(DaemonConfig config, String sentence) {
        return new ConfigException(List.of(new Problem(config.file(), 0, KEY, sentence)));
    }
}
