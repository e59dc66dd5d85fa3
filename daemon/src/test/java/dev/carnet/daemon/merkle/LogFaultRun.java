package dev.carnet.daemon.merkle;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.carnet.daemon.ledger.EntryKey;
import dev.carnet.daemon.ledger.LedgerFixture;
import dev.carnet.daemon.state.NoRoomException;
import dev.carnet.proto.ledger.Change;
import dev.carnet.proto.ledger.Predicate;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** A daemon's ledger and log in a process of its own, under whose feet system calls fail: records entries, publishes each, and says how far it came. */
public final class LogFaultRun {
    private static final Instant TIME = Instant.parse("2026-11-25T10:00:30Z");
    private static final int TRIES_MAX = 5;

    private LogFaultRun() {}

    /** Directory and number of entries. Ends with 0, or with 3 where it stopped as a daemon would. */
    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        int status = 0;
        try (LedgerFixture fixture = LedgerFixture.open(directory)) {
            MerkleLog log = open(directory, fixture);
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                one(fixture, log);
            }
        } catch (RuntimeException e) {
            System.out.println("stopped: " + e);
            status = 3;
        }
        System.out.flush();
        Runtime.getRuntime().halt(status); // as a daemon's end is: what is not durable is not
    }

    static MerkleLog open(Path directory, LedgerFixture fixture) {
        return MerkleLog.open(
                directory.resolve("ledger"),
                fixture.store,
                fixture.ledger,
                body -> fixture.ledger.keys().signLog(body, TIME));
    }

    /** A full disk is waited for, as a daemon does. */
    static void one(LedgerFixture fixture, MerkleLog log) {
        for (int tries = 1; ; tries++) {
            try {
                record(fixture);
                System.out.println("published " + log.advance().checkpoint().size());
                System.out.flush();
                return;
            } catch (NoRoomException e) {
                System.out.println("no room: " + e.getMessage());
                if (tries == TRIES_MAX) {
                    throw e;
                }
            }
        }
    }

    private static void record(LedgerFixture fixture) {
        int number = (int) fixture.ledger.size();
        Change change = new Change(
                Predicate.POLICY_CHANGE,
                LedgerFixture.ID,
                fixture.ledger.origin(),
                TIME,
                fixture.ledger.blob(("policy " + number).getBytes(UTF_8)),
                Optional.empty());
        fixture.ledger.record(
                new EntryKey("daemon", "self", Predicate.POLICY_CHANGE, number),
                () -> fixture.ledger.keys().sign(change.payload()),
                (tx, recorded) -> {});
    }
}
