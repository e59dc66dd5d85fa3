package dev.carnet.daemon.merkle;

import dev.carnet.daemon.fault.FailPoint;
import dev.carnet.daemon.ledger.DurableFiles;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.daemon.state.DiskFull;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Tiles and bundles of entries, as they lie on disk and are served. */
final class TileFiles {
    private static final String CHECKPOINT = "checkpoint";

    private static final Pattern WIDTH = Pattern.compile("[1-9][0-9]{0,2}");

    /** Looks for a tile that others are taking the place of meanwhile. */
    private static final int TRIES = 3;

    private final Path directory;

    /** Directories that are there for good, and known to be. Few: of partial tiles only those that there are. */
    private final Set<Path> durable = new HashSet<>();

    TileFiles(Path directory) {
        this.directory = directory.toAbsolutePath();
    }

    Path path(Tile tile) {
        return directory.resolve(tile.path());
    }

    /**
     * Writes a tile durably, without overwriting: what is there has to be the same.
     *
     * @throws LedgerException where another tile is there
     */
    void write(Tile tile, byte[] content) throws IOException {
        Path file = path(tile);
        makeDurable(DurableFiles.directoryOf(file));
        if (!DurableFiles.create(file, content)
                && !Arrays.equals(read(file, tile).orElse(new byte[0]), content)) {
            throw new LedgerException(
                    file + " is there with other bytes than belong there: somebody wrote there, or the"
                            + " disk lost them; a signed tile is never replaced. Look at it, and restore the log from its copy");
        }
    }

    /** That it is there, and for good: where it was made before a crash, perhaps nobody has synced the directory that it lies in. Once for each. */
    private void makeDurable(Path folder) throws IOException {
        if (durable.contains(folder)) {
            return;
        }
        Path parent = DurableFiles.directoryOf(folder);
        if (!folder.equals(directory)) {
            makeDurable(parent);
        }
        if (Files.isDirectory(folder)) {
            DurableFiles.syncDirectory(parent);
        } else {
            DurableFiles.createDirectories(folder);
        }
        durable.add(folder);
    }

    /** Makes sure that the log checkpoint which is seen there is there for good. */
    void sync() throws IOException {
        if (Files.isDirectory(directory)) {
            DurableFiles.syncDirectory(directory);
        }
    }

    /**
     * A tile; where a partial one has been removed, so much of a wider one. From any thread.
     *
     * @throws LedgerException where it is not there, or cannot be read
     */
    byte[] read(Tile tile) {
        try {
            for (int tries = 0; tries < TRIES; tries++) {
                for (Tile there : candidates(tile)) {
                    Optional<byte[]> bytes = read(path(there), there);
                    if (bytes.isPresent()) {
                        return there.equals(tile) ? bytes.get() : tile.beginning(there, bytes.get());
                    }
                }
            }
        } catch (IOException e) {
            throw new LedgerException("cannot read " + path(tile) + ": " + e, e);
        }
        throw new LedgerException(
                "the log has lost " + path(tile) + ": restore it from a copy (`carnet ledger export` makes them)");
    }

    /** Itself where it is there; else what begins with it, the widest partial one first: that one is removed last. */
    private List<Tile> candidates(Tile tile) throws IOException {
        if (tile.full() || Files.exists(path(tile), LinkOption.NOFOLLOW_LINKS)) {
            return List.of(tile);
        }
        List<Tile> wider = new ArrayList<>();
        for (Path partial : list(partials(tile))) {
            String name = partial.getFileName().toString();
            int width = WIDTH.matcher(name).matches() ? Integer.parseInt(name) : 0; // a temporary file, perhaps
            if (width > tile.width() && width < Tile.WIDTH) {
                wider.add(new Tile(tile.level(), tile.index(), width));
            }
        }
        wider.sort(Comparator.comparingInt(Tile::width).reversed());
        wider.add(tile.whole());
        return wider;
    }

    /** What a tile above level 0 has: the hashes of the full tiles of the level below, from their files. */
    byte[] hashesBelow(Tile tile) {
        byte[] hashes = new byte[tile.width() * Hash32.BYTES];
        for (int i = 0; i < tile.width(); i++) {
            Tile below = new Tile(tile.level() - 1, tile.index() * Tile.WIDTH + i, Tile.WIDTH);
            Merkle.tile(read(below)).copyTo(hashes, i * Hash32.BYTES);
        }
        return hashes;
    }

    /** Whether there is no room, or the user has used up what is his. */
    boolean full(IOException e) {
        return DiskFull.is(e, directory);
    }

    private static Optional<byte[]> read(Path file, Tile tile) throws IOException {
        int most = tile.level() == Tile.ENTRIES ? Bundle.BYTES_MAX : tile.width() * Hash32.BYTES;
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new LedgerException(file + " has more than " + most + " bytes");
            }
            return Optional.of(bytes);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** A tile's own file, and no other that begins with it. */
    boolean there(Tile tile) {
        return Files.isRegularFile(path(tile), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Removes partial tiles, and what a crash left beside them.
     *
     * @param from only those of tiles that a log of so many entries had not in full
     * @param to and that one of so many entries has
     * @param sizes of logs whose own partial tiles stay
     */
    void removePartials(long from, long to, Collection<Long> sizes) throws IOException {
        for (int level = Tile.ENTRIES; level <= Tile.LEVEL_MAX; level++) {
            long last = Tile.hashesAt(level, to) / Tile.WIDTH;
            for (long index = Tile.hashesAt(level, from) / Tile.WIDTH; index <= last; index++) {
                removePartials(new Tile(level, index, 1), sizes);
            }
        }
    }

    private void removePartials(Tile narrowest, Collection<Long> sizes) throws IOException {
        Path partials = partials(narrowest);
        if (!Files.isDirectory(partials, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Set<String> kept = sizes.stream()
                .flatMap(size -> narrowest.in(size).stream())
                .map(tile -> Integer.toString(tile.width()))
                .collect(Collectors.toSet());
        boolean empty = true;
        for (Path file : list(partials)) {
            if (kept.contains(file.getFileName().toString())) {
                empty = false;
            } else {
                Files.deleteIfExists(file);
                FailPoint.LOG_PARTIAL_REMOVED.pass();
            }
        }
        if (empty) {
            Files.deleteIfExists(partials);
            durable.remove(partials);
        }
    }

    private Path partials(Tile tile) {
        Path full = path(tile.whole());
        return full.resolveSibling(full.getFileName() + ".p");
    }

    private static List<Path> list(Path folder) throws IOException {
        try (var all = Files.newDirectoryStream(folder)) {
            List<Path> list = new ArrayList<>();
            all.forEach(list::add);
            return list;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    Optional<byte[]> checkpoint() throws IOException {
        try {
            return Optional.of(Files.readAllBytes(directory.resolve(CHECKPOINT)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    void checkpoint(byte[] note) throws IOException {
        makeDurable(directory);
        DurableFiles.replace(directory.resolve(CHECKPOINT), note);
    }
}
