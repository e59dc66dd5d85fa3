package dev.carnet.client.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Both daemons: made, started together, looked after, stopped. */
final class Ends {

    private volatile @Nullable End sender;
    private volatile @Nullable End receiver;

    End sender() {
        return Objects.requireNonNull(sender, "not prepared");
    }

    End receiver() {
        return Objects.requireNonNull(receiver, "not prepared");
    }

    /** Makes identities, configurations and folders. */
    void prepare(WorkFolder work, Source source, String volume, Launchers launchers, Narrator narrator)
            throws IOException {
        narrator.step("Throwaway identities and configurations for two daemons");
        Ports ports = Ports.free();
        DemoConfig.Side from = side(work, "sender", "sender.demo", ports.sender());
        DemoConfig.Side to = side(work, "receiver", "receiver.demo", ports.receiver());
        DemoIdentities.make(work.root().resolve("ca"), from, to);
        Path target = Files.createDirectory(to.folder().resolve("volume"));
        Files.writeString(from.config(), DemoConfig.sender(from, to, source.volume()));
        Files.writeString(to.config(), DemoConfig.receiver(to, from, volume, target));
        sender = end(from, launchers);
        receiver = end(to, launchers);
        narrator.say(from.spiffeId() + " may push from " + source.volume() + ", which it only reads");
        narrator.done(to.spiffeId() + " takes that into its volume `" + volume + "`, and nothing else");
    }

    /** Starts both at once and waits for both. */
    void start(Narrator narrator) throws DemoException, IOException, InterruptedException {
        narrator.step("Start both daemons");
        for (End end : new End[] {sender(), receiver()}) {
            end.process().start();
        }
        for (End end : new End[] {sender(), receiver()}) {
            end.process().awaitReady(end.api()::answers);
        }
        narrator.done("processes " + sender().process().pid() + " and "
                + receiver().process().pid());
    }

    /** Throws where one of them has ended by itself. */
    void requireAlive() throws DemoException, IOException {
        sender().process().requireAlive();
        receiver().process().requireAlive();
    }

    /** Stops what runs. */
    void stop() {
        for (End end : new @Nullable End[] {sender, receiver}) {
            if (end != null) {
                end.process().stop();
            }
        }
    }

    /** Where to look when something failed. */
    String logs() {
        End from = sender;
        End to = receiver;
        return from == null || to == null
                ? "no daemon was started"
                : "the daemons' logs: " + from.process().log() + ", "
                        + to.process().log();
    }

    private static DemoConfig.Side side(WorkFolder work, String name, String domain, int port) throws IOException {
        Path folder = Files.createDirectory(work.daemon(name));
        return new DemoConfig.Side(name, "spiffe://" + domain + "/carnetd", folder, work.socket(name), port);
    }

    private static End end(DemoConfig.Side side, Launchers launchers) {
        DaemonProcess process = new DaemonProcess(
                side.name(), launchers, side.config(), side.folder().resolve("carnetd.log"));
        return new End(
                side.name(),
                side.spiffeId(),
                side.folder(),
                side.config(),
                side.socket(),
                process,
                new ApiCalls(side.socket()));
    }
}
