package dev.carnet.client.cli;

import dev.carnet.client.CarnetClient;
import dev.carnet.client.audit.AuditProgress;
import dev.carnet.client.audit.Broken;
import dev.carnet.client.audit.DirectoryFiles;
import dev.carnet.client.audit.Finding;
import dev.carnet.client.audit.HttpFiles;
import dev.carnet.client.audit.LedgerFiles;
import dev.carnet.client.audit.Sighting;
import dev.carnet.client.audit.SocketFiles;
import dev.carnet.client.audit.Trust;
import dev.carnet.client.audit.Verdict;
import dev.carnet.client.verify.ProgressLine;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.SignedCheckpoint;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A command that reads ledgers: in directories, behind URLs, or of the daemon here. */
abstract class AuditCommand extends ApiCommand {
    AuditCommand(Env env) {
        super(env);
    }

    /** A file that was named is not what it has to be. */
    private static final class UnfitFileException extends IOException {
        @Serial
        private static final long serialVersionUID = 1L;

        UnfitFileException(String sentence, @Nullable Throwable cause) {
            super(sentence, cause);
        }
    }

    @Override
    final ExitCode answer(CarnetClient client) {
        try {
            return audit(client);
        } catch (Broken e) {
            return broken(e.finding());
        } catch (LogException e) {
            return failed(Failure.BAD_LEDGER, String.valueOf(e.getMessage()));
        } catch (UnfitFileException e) {
            return failed(Failure.BAD_FILE, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Failure.of(e).say(env.err(), env.out(), json);
        }
    }

    private ExitCode broken(Finding finding) {
        boolean unread = finding.kind().weight() == Finding.Weight.UNREADABLE;
        return failed(unread ? Failure.BAD_FILE : Failure.BAD_LEDGER, finding.place() + ": " + finding.sentence());
    }

    ExitCode failed(String code, String sentence) {
        return new Failure(code, sentence).say(env.err(), env.out(), json);
    }

    /** Reads, prints, and says how it ended. */
    abstract ExitCode audit(CarnetClient client) throws Broken, IOException;

    static ExitCode exit(Verdict verdict) {
        return switch (verdict) {
            case VERIFIES -> ExitCode.OK;
            case INCOMPLETE -> ExitCode.INCOMPLETE;
            case WRONG -> ExitCode.MISMATCH;
            case UNREADABLE -> ExitCode.REFUSED;
        };
    }

    /** The ledger that an argument names; where there is none, that of the daemon. */
    LedgerFiles files(CarnetClient client, @Nullable String place) {
        if (place == null) {
            return new SocketFiles(client);
        }
        if (!HttpFiles.isUrl(place)) {
            return new DirectoryFiles(HerePath.absolute(place, "DIR", this::usage));
        }
        try {
            return HttpFiles.of(place);
        } catch (IllegalArgumentException e) {
            throw usage("'" + Shown.text(place) + "': " + e.getMessage());
        }
    }

    /** A ledger as it is now, or a log checkpoint alone, in a file. */
    Sighting sighting(CarnetClient client, @Nullable String place) throws Broken, IOException {
        if (place != null && !HttpFiles.isUrl(place)) {
            Path file = HerePath.absolute(place, "FILE", this::usage);
            if (Files.isRegularFile(file)) {
                byte[] note = bytes(file, SignedCheckpoint.BYTES_MAX);
                try {
                    return new Sighting(file.toString(), SignedCheckpoint.parse(note), Optional.empty());
                } catch (LogException e) {
                    throw new LogException(file + " is no log checkpoint: " + e.getMessage(), e);
                }
            }
        }
        return Sighting.of(files(client, place));
    }

    /** What {@code --trust} names; nothing where it was not given. */
    Trust trust(@Nullable String given) throws IOException {
        if (given == null) {
            return Trust.NONE;
        }
        Path file = HerePath.absolute(given, "FILE", this::usage);
        try {
            return Trust.parse(bytes(file, Trust.BYTES_MAX));
        } catch (LogException e) {
            throw new UnfitFileException(file + " is no trust file: " + e.getMessage(), e);
        }
    }

    byte[] bytes(Path file, int bytesMax) throws IOException {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                throw new UnfitFileException(
                        file + " has more than " + bytesMax + " bytes: it is not what was asked for", null);
            }
            return bytes;
        }
    }

    /** Writes a file that must not be there yet. */
    Path write(String given, byte[] bytes) throws IOException {
        Path file = HerePath.absolute(given, "FILE", this::usage);
        Files.write(file, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        return file;
    }

    /** Shown while a large ledger is read. */
    ProgressLine progress(String what, AuditProgress progress) {
        return ProgressLine.start(
                env.screen(),
                !json,
                () -> progress.entriesTotal() == 0
                        ? ""
                        : what + ": " + progress.entries() + " of " + progress.entriesTotal() + " entries");
    }
}
