package dev.carnet.daemon.ledger;

import dev.carnet.daemon.state.DiskFull;
import dev.carnet.daemon.state.NoRoomException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The files of the journal: one per cycle, each of one fixed length whose blocks are allocated before the queue sees it. A cycle's number counts minutes, for
 * the sake of the file's name: the minute it was made, or one after the last cycle where that is later.
 */
final class CycleFiles {
    static final String SUFFIX = ".cq4";

    /** The queue's own table of locks and of first and last file. Nothing in it is needed, and what a killed process left locked there would be waited for. */
    private static final String QUEUE_TABLE = "metadata.cq4t";

    private static final int SECONDS = 60;
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmm", Locale.ROOT);

    private final Path directory;
    private final long fileBytes;

    CycleFiles(Path directory, long fileBytes) {
        this.directory = directory;
        this.fileBytes = fileBytes;
    }

    /** Removes what the queue rebuilds by itself. */
    void forgetQueueTable() throws IOException {
        Files.deleteIfExists(directory.resolve(QUEUE_TABLE));
    }

    /** Gives the queue's own table its blocks, like everything that it maps. */
    void allocateQueueTable() throws IOException {
        var table = directory.resolve(QUEUE_TABLE);
        NativeFiles.allocate(table, Files.size(table));
        DurableFiles.syncDirectory(directory);
    }

    /** The cycles that have a file, oldest first. */
    List<Integer> cycles() throws IOException {
        var cycles = new ArrayList<Integer>();
        try (var files = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (var file : files) {
                cycles.add(cycle(file));
            }
        }
        return cycles.stream().sorted().toList();
    }

    private static int cycle(Path file) {
        var name = String.valueOf(file.getFileName());
        try {
            var time = LocalDateTime.parse(name.substring(0, name.length() - SUFFIX.length()), NAME);
            return (int) (time.toEpochSecond(ZoneOffset.UTC) / SECONDS);
        } catch (DateTimeParseException e) {
            throw new LedgerException("the journal has a file that is not its own: " + file + ": move it away", e);
        }
    }

    Path file(int cycle) {
        return directory.resolve(
                NAME.format(LocalDateTime.ofEpochSecond((long) cycle * SECONDS, 0, ZoneOffset.UTC)) + SUFFIX);
    }

    /** The number of a cycle that begins now, after {@code last}. */
    static int next(int last, Instant now) {
        return Math.max(last + 1, Math.toIntExact(now.getEpochSecond() / SECONDS));
    }

    /**
     * Makes the empty file of a cycle, all blocks allocated, durably.
     *
     * @throws NoRoomException where there is no room for it; nothing is left of it then
     */
    void create(int cycle) throws IOException {
        var file = file(cycle);
        boolean made = false;
        try {
            DurableFiles.createEmpty(file);
            made = true;
            NativeFiles.allocate(file, fileBytes);
            DurableFiles.sync(file);
        } catch (IOException e) {
            boolean full = e instanceof NativeFiles.NoRoomException || DiskFull.is(e, directory);
            if (!full || e instanceof FileAlreadyExistsException) {
                throw e;
            }
            if (made) {
                Files.delete(file);
            }
            throw new NoRoomException(
                    "the disk under the ledger is full: " + e.getMessage() + ": make room; nothing was recorded", e);
        }
        DurableFiles.syncDirectory(directory);
    }

    /** Removes the file of a cycle in which nothing begun. */
    void delete(int cycle) throws IOException {
        Files.delete(file(cycle));
        DurableFiles.syncDirectory(directory);
    }

    /** A channel whose {@code force} makes this cycle durable. */
    FileChannel channel(int cycle) throws IOException {
        return FileChannel.open(file(cycle), StandardOpenOption.WRITE);
    }

    /** The queue must stay within what is allocated. */
    void checkLength(int cycle) throws IOException {
        var length = Files.size(file(cycle));
        if (length != fileBytes) {
            throw new LedgerException("the journal's file " + file(cycle) + " has " + length + " bytes instead of "
                    + fileBytes + ": its blocks are not all allocated, or it was cut");
        }
    }
}
