package dev.carnet.daemon;

import dev.carnet.daemon.api.ReloadInfo;
import dev.carnet.daemon.config.Config;
import dev.carnet.daemon.config.ConfigException;
import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.Defaults;
import dev.carnet.daemon.config.Problem;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration in force. It is replaced whole, or, where anything of the new one is wrong, not at all. One change at a time; whoever subscribed is told in the order of the changes, on the thread
 * that makes them.
 */
final class Live {
    private static final Logger log = LoggerFactory.getLogger(Live.class);

    /** Told of every change, after it is in force. Quick; waits for no peer. */
    @FunctionalInterface
    interface Subscriber {
        void changed(InForce was, InForce now);
    }

    private final Defaults defaults;
    private final Clock clock;
    private final List<Consumer<InForce>> witnesses = new CopyOnWriteArrayList<>();
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private volatile InForce now;
    private volatile ReloadInfo last;
    private String lastChange = ""; // since when what is in force is, for people

    /** @param defaults with which the configuration was read */
    Live(InForce first, Defaults defaults, Clock clock) {
        this.now = first;
        this.defaults = defaults;
        this.clock = clock;
        this.last = new ReloadInfo(
                clock.instant(), true, "start", "read " + first.config().file(), "");
    }

    InForce now() {
        return now;
    }

    ReloadInfo last() {
        return last;
    }

    void subscribe(Subscriber subscriber) {
        subscribers.add(subscriber);
    }

    /** Shown what is in force now, and every change <em>before</em> it is in force. What it throws keeps the change from being made. */
    synchronized void witness(Consumer<InForce> witness) {
        witness.accept(now);
        witnesses.add(witness);
    }

    /** Reads the configuration and everything that it names again. */
    synchronized ReloadInfo reload(String trigger) {
        InForce was = now;
        try {
            DaemonConfig wanted = Config.load(was.config().file(), defaults);
            List<String> restart = Fixed.changed(was.config(), wanted);
            return take(trigger, load(Fixed.keep(was.config(), wanted)), restart);
        } catch (ConfigException e) {
            return refused(trigger, e);
        }
    }

    /** Reads the files again that the configuration in force names; the configuration itself is not read. */
    synchronized ReloadInfo refresh(String trigger) {
        try {
            return take(trigger, load(now.config()), List.of());
        } catch (ConfigException e) {
            return refused(trigger, e);
        }
    }

    /** As {@link #refresh}, where failing is not worth a word yet: files are replaced one after the other. */
    synchronized boolean refreshes(String trigger) {
        try {
            var _ = take(trigger, load(now.config()), List.of());
            return true;
        } catch (ConfigException e) {
            log.debug("{}: not yet", trigger, e);
            return false;
        }
    }

    private InForce load(DaemonConfig config) throws ConfigException {
        InForce loaded = InForce.load(config, clock.instant());
        String id = now.identity().id().uri();
        if (!loaded.identity().id().uri().equals(id)) {
            throw new ConfigException(List.of(new Problem(
                    config.file(),
                    0,
                    "identity.certificate",
                    config.identity().certificate() + " says "
                            + loaded.identity().id().uri() + ", and this daemon is " + id
                            + ": its ledger is bound to that ID; another ID needs another daemon")));
        }
        return loaded;
    }

    private ReloadInfo take(String trigger, InForce loaded, List<String> restart) {
        InForce was = now;
        witnesses.forEach(witness -> witness.accept(loaded));
        now = loaded;
        String changes = changes(was, loaded).stream().collect(Collectors.joining("; "));
        last = new ReloadInfo(
                clock.instant(),
                true,
                trigger,
                changes.isEmpty() ? "nothing changed" + lastChange : changes,
                String.join(", ", restart));
        if (!changes.isEmpty()) {
            lastChange = " since " + last.at() + " (" + trigger + "): " + changes;
        }
        log.info("reloaded ({}): {}", trigger, last.detail());
        if (!restart.isEmpty()) {
            log.warn("changed, but in force only after a restart: {}", last.needsRestart());
        }
        for (Subscriber subscriber : subscribers) {
            try {
                subscriber.changed(was, loaded);
            } catch (RuntimeException e) {
                log.error("a room could not take up the new configuration", e);
            }
        }
        return last;
    }

    private ReloadInfo refused(String trigger, ConfigException e) {
        String problems = e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        log.error("not reloaded ({}), what was in force still is:\n{}", trigger, problems);
        last = new ReloadInfo(clock.instant(), false, trigger, problems, "");
        return last;
    }

    private static List<String> changes(InForce was, InForce now) {
        List<String> changes = new ArrayList<>();
        if (!was.policy().digest().equals(now.policy().digest())) {
            changes.add("the policy is " + now.policy().digest());
        }
        if (!was.trust().digest().equals(now.trust().digest())) {
            changes.add("trust is " + now.trust().digest());
        }
        if (!was.identity().chain().equals(now.identity().chain())) {
            changes.add("the certificate ends " + now.identity().notAfter());
        }
        if (!was.config().peers().equals(now.config().peers())) {
            changes.add(now.config().peers().size() + " peers");
        }
        if (!was.config().auditors().equals(now.config().auditors())) {
            changes.add(now.config().auditors().size() + " auditors");
        }
        if (!was.config().rights().equals(now.config().rights())) {
            changes.add("local rights and path maps");
        }
        if (!was.config().limits().equals(now.config().limits())) {
            changes.add("limits");
        }
        return changes;
    }

    /** What is wrong with what lies on disk now; empty where the last reload went well. */
    Optional<String> broken() {
        ReloadInfo info = last;
        return info.ok()
                ? Optional.empty()
                : Optional.of("at " + info.at() + " (" + info.trigger() + "): " + info.detail());
    }
}
