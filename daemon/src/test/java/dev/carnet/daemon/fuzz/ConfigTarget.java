package dev.carnet.daemon.fuzz;

import static dev.carnet.daemon.fuzz.Target.hold;

import dev.carnet.daemon.config.Config;
import dev.carnet.daemon.config.ConfigException;
import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** TOML to configuration. It names files, which are not opened; links on the way to directories are looked at. */
final class ConfigTarget implements Target {
    private final Path file = VerifyTarget.scratch().resolve("carnetd.toml");

    @Override
    public void run(byte[] input) throws IOException {
        Files.write(file, input);
        DaemonConfig config;
        try {
            config = Config.load(file);
        } catch (ConfigException e) {
            hold(!e.problems().isEmpty(), "refused without a problem");
            e.problems().forEach(ConfigTarget::named);
            return;
        }
        nothingIsIgnored(input);
        try {
            Files.write(file, input);
            hold(Config.load(file).toString().equals(config.toString()), "the same text, another configuration");
        } catch (ConfigException e) {
            throw new AssertionError("the same text, refused now: " + e.getMessage());
        }
    }

    /** A key that nobody knows, at the end of a good text, makes it a bad one, whatever table it lands in. */
    private void nothingIsIgnored(byte[] good) throws IOException {
        byte[] more = "\nno-such-key = 1\n".getBytes(StandardCharsets.UTF_8);
        byte[] text = Arrays.copyOf(good, good.length + more.length);
        System.arraycopy(more, 0, text, good.length, more.length);
        Files.write(file, text);
        try {
            Config.load(file);
        } catch (ConfigException e) {
            return;
        }
        throw new AssertionError("a key that nobody knows was ignored");
    }

    private static void named(Problem problem) {
        hold(!problem.sentence().isBlank() && problem.line() >= 0, "a problem that says nothing: " + problem);
    }
}
