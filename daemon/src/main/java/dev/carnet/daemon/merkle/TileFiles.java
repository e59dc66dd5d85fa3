package dev.carnet.daemon.merkle;

import dev.carnet.daemon.ledger.DurableFiles;
import dev.carnet.daemon.ledger.LedgerException;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.Bundle;
import dev.carnet.proto.log.Merkle;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Tiles and bundles of entries, as they lie on disk and are served. */
final class TileFiles {
    private static final String CHECKPOINT = "checkpoint";
    /** What a commit may need; below it a failure to write is taken for want of room. */
    private static final long ROOM_BYTES_MIN = 4 << 20;

    private final Path directory;

    TileFiles(Path directory) {
        this.directory = directory;
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
        DurableFiles.createDirectories(DurableFiles.directoryOf(file));
        if (!DurableFiles.create(file, content)
                && !Arrays.equals(read(file, tile).orElse(new byte[0]), content)) {
            throw new LedgerException(
                    file + " is there with other bytes than belong there: somebody wrote there, or the"
                            + " disk lost them; a signed tile is never replaced. Look at it, and restore the log from its copy");
        }
    }

    /**
     * A tile; the first part of the full one, where a partial one has been removed.
     *
     * @throws LedgerException where it is not there, or cannot be read
     */
    byte[] read(Tile tile) {
        try {
            Optional<byte[]> exact = read(path(tile), tile);
            if (exact.isPresent()) {
                return exact.get();
            }
            Tile full = new Tile(tile.level(), tile.index(), Tile.WIDTH);
            return read(path(full), full)
                    .map(bytes -> first(tile, bytes))
                    .orElseThrow(() -> new LedgerException("the log has lost " + path(tile)
                            + ": restore it from a copy (`carnet ledger export` makes them)"));
        } catch (IOException e) {
            throw new LedgerException("cannot read " + path(tile) + ": " + e, e);
        }
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
        String said = String.valueOf(e.getMessage()); // in the language of the environment, perhaps
        return said.endsWith("No space left on device")
                || said.endsWith("Disk quota exceeded")
                || directory.toFile().getUsableSpace() < ROOM_BYTES_MIN;
    }

    private static byte[] first(Tile tile, byte[] full) {
        if (tile.level() == Tile.ENTRIES) {
            return Bundle.write(Bundle.read(full, Tile.WIDTH).subList(0, tile.width()));
        }
        return Arrays.copyOf(full, tile.width() * Hash32.BYTES);
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

    /** Removes the partial tiles that a full one has taken the place of. */
    void removePartials(Tile full) throws IOException {
        Path file = path(full);
        Path partials = file.resolveSibling(file.getFileName() + ".p");
        if (!Files.isDirectory(partials, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (var list = Files.newDirectoryStream(partials)) {
            for (Path partial : list) {
                Files.deleteIfExists(partial);
            }
        }
        try {
            Files.deleteIfExists(partials);
        } catch (DirectoryNotEmptyException e) {
            // another pass removes it
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
        DurableFiles.createDirectories(directory);
        DurableFiles.replace(directory.resolve(CHECKPOINT), note);
    }
}
