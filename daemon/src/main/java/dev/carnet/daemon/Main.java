package dev.carnet.daemon;

import dev.carnet.daemon.config.Config;
import dev.carnet.daemon.config.ConfigCheck;
import dev.carnet.daemon.config.ConfigException;
import dev.carnet.daemon.config.DaemonConfig;
import dev.carnet.daemon.config.Defaults;
import dev.carnet.daemon.config.OwnUser;
import dev.carnet.daemon.config.Problem;
import dev.carnet.daemon.config.UserPlaces;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.state.StateException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Entry point of the daemon. */
public final class Main {
    private static final Logger log = LoggerFactory.getLogger(Main.class);

    private static final int EXIT_USAGE = 2;
    private static final int EXIT_REFUSED = 3;
    private static final int EXIT_MISFIT = 5;
    private static final int EXIT_INTERNAL = 70;

    private static final String USAGE = """
            usage: carnetd --config FILE [--check] [--allow-root]
                   carnetd --user [--config FILE] [--check]
                   carnetd fsck --config FILE | --user

              fsck            compare journal, log, blobs and state database of a daemon that does not run; change nothing

              --config FILE   what to serve: daemon/docs/config.md
              --user          for this user alone: configuration, state and socket below the XDG directories
              --check         look at FILE and at everything it names, say what is wrong, change nothing
              --allow-root    run although the user is root
              --version       print the version

            Exit codes: 0 ended when asked to (fsck: all of it fits), 2 usage or configuration, 3 refused to start,
            5 fsck found what does not fit, 70 internal.
            """;

    private Main() {}

    public static void main(String[] args) {
        System.exit(run(Arguments.parse(List.of(args))));
    }

    /** What the command line says. */
    private record Arguments(
            String config,
            boolean user,
            boolean check,
            boolean fsck,
            boolean allowRoot,
            boolean version,
            boolean help,
            String wrong) {
        static Arguments parse(List<String> args) {
            String config = "";
            boolean user = false;
            boolean check = false;
            boolean fsck = false;
            boolean allowRoot = false;
            boolean version = false;
            boolean help = false;
            String wrong = "";
            for (int i = 0; i < args.size(); i++) {
                switch (args.get(i)) {
                    case "--config" -> config = ++i < args.size() ? args.get(i) : "";
                    case "--user" -> user = true;
                    case "--check" -> check = true;
                    case "fsck" -> fsck = true;
                    case "--allow-root" -> allowRoot = true;
                    case "--version" -> version = true;
                    case "--help", "-h" -> help = true;
                    default -> wrong = args.get(i);
                }
            }
            return new Arguments(config, user, check, fsck, allowRoot, version, help, wrong);
        }
    }

    /** The exit code; returns when there is nothing more to do. */
    private static int run(Arguments args) {
        if (args.help()) {
            System.out.print(USAGE);
            return 0;
        }
        if (args.version()) {
            System.out.println(Daemon.SOFTWARE);
            return 0;
        }
        if (!args.wrong().isEmpty() || (args.config().isEmpty() && !args.user())) {
            System.err.print(
                    (args.wrong().isEmpty() ? "" : "carnetd: unknown argument '" + args.wrong() + "'\n") + USAGE);
            return EXIT_USAGE;
        }
        try {
            Optional<UserPlaces> places = args.user()
                    ? Optional.of(UserPlaces.of(System.getenv(), System.getProperty("user.home", ""), OwnUser.uid()))
                    : Optional.empty();
            Defaults defaults = places.map(UserPlaces::defaults).orElse(Defaults.SYSTEM);
            DaemonConfig config = Config.load(
                    places.isPresent() && args.config().isEmpty() ? places.get().config() : Path.of(args.config()),
                    defaults);
            Clock clock = Clock.systemUTC();
            if (args.check()) {
                return check(config, clock);
            }
            if (args.fsck()) {
                return fsck(config, clock);
            }
            if (OwnUser.uid() == 0 && !args.allowRoot() && !config.daemon().allowRoot()) {
                System.err.println(
                        "carnetd: refuses to run as root, since it needs no right of root's: start it as a user of its"
                                + " own, or say --allow-root");
                return EXIT_REFUSED;
            }
            return serve(config, defaults, clock);
        } catch (ConfigException e) {
            print(e.problems());
            return EXIT_USAGE;
        }
    }

    private static int fsck(DaemonConfig config, Clock clock) {
        try {
            return Fsck.run(config.daemon().state(), clock, System.out) ? 0 : EXIT_MISFIT;
        } catch (StateException | LedgerException e) {
            System.err.println("carnetd: cannot look: " + e.getMessage());
            return EXIT_REFUSED;
        }
    }

    private static int check(DaemonConfig config, Clock clock) {
        List<Problem> problems = ConfigCheck.problems(config, clock.instant());
        print(problems);
        if (problems.isEmpty()) {
            System.out.println(config.file() + ": good");
        }
        return problems.isEmpty() ? 0 : EXIT_USAGE;
    }

    private static void print(List<Problem> problems) {
        problems.forEach(problem -> System.err.println("carnetd: " + problem));
    }

    private static int serve(DaemonConfig config, Defaults defaults, Clock clock) throws ConfigException {
        Daemon daemon;
        try {
            daemon = Daemon.start(config, defaults, clock, Main::fatal);
        } catch (ConfigException e) {
            throw e;
        } catch (Exception e) {
            log.debug("start", e);
            System.err.println("carnetd: cannot start: " + e.getMessage());
            return EXIT_REFUSED;
        }
        Hangup.run(() -> daemon.reload("SIGHUP"));
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::close, "shutdown"));
        try {
            new CountDownLatch(1).await(); // a signal ends the process, through the hook
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    /** The record cannot be trusted or written: nothing more is acknowledged, and the process ends. */
    private static void fatal(Throwable e) {
        System.err.println("carnetd: stops at once: " + e.getMessage());
        Runtime.getRuntime().halt(EXIT_INTERNAL);
    }
}
