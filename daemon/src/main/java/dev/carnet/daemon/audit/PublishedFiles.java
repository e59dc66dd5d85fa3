package dev.carnet.daemon.audit;

import dev.carnet.daemon.transport.StaticFile;
import dev.carnet.daemon.transport.StaticFiles;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.SignedCheckpoint;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A ledger's directory as C2SP tlog-tiles wants it served. Only paths of the forms that a ledger has are looked for, written the one way there is; each step is taken from the directory before it, and none through a
 * link. What else lies beside them (journal, locks, scratch) has no path, nor have tiles and entries that the log checkpoint which lies there does not cover. A partial tile that has been removed is the beginning of the
 * one that lies there now.
 */
public final class PublishedFiles implements StaticFiles {
    private static final String CHECKPOINT = "checkpoint";
    private static final String BINARY = "application/octet-stream";
    private static final Pattern BLOB = Pattern.compile("blobs/sha256/[0-9a-f]{64}");
    private static final int PATH_CHARACTERS_MAX = 128;
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /** Looks for what has taken a partial tile's place: while one is looked for, the log may grow beyond it. */
    private static final int TRIES = 3;

    private final Path directory;

    /** Entries that are published at least: it only grows. */
    private volatile long covered;

    /** @param directory of the ledger; it may be missing yet, and may be reached through links itself */
    public PublishedFiles(Path directory) {
        this.directory = directory;
    }

    @Override
    public Optional<StaticFile> open(String path) throws IOException {
        if (path.length() > PATH_CHARACTERS_MAX || !path.startsWith("/")) {
            return Optional.empty();
        }
        String below = path.substring(1);
        if (below.equals(CHECKPOINT)) {
            return find(below)
                    .map(found -> new StaticFile(found.content(), found.bytes(), "text/plain; charset=utf-8", false));
        }
        if (BLOB.matcher(below).matches()) {
            return find(below).map(PublishedFiles::immutable);
        }
        Optional<Tile> tile = tile(below);
        return tile.isEmpty() ? Optional.empty() : find(tile.get()).map(PublishedFiles::immutable);
    }

    private static StaticFile immutable(Found found) {
        return new StaticFile(found.content(), found.bytes(), BINARY, true);
    }

    private static Optional<Tile> tile(String path) {
        try {
            return path.startsWith("tile/") ? Optional.of(Tile.parse(path)) : Optional.empty();
        } catch (LogException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private Optional<Found> find(Tile tile) throws IOException {
        if (tile.in(covered).isEmpty()) {
            covered = published();
        }
        if (tile.in(covered).isEmpty()) {
            return Optional.empty();
        }
        Optional<Found> exact = find(tile.path());
        for (int tries = 0; exact.isEmpty() && !tile.full() && tries < TRIES; tries++) {
            covered = published();
            Optional<Found> now = find(tile.in(covered).orElse(tile).path());
            if (now.isPresent()) {
                return Optional.of(beginning(tile, now.get()));
            }
        }
        return exact;
    }

    /** As the file says, and not who writes it: whoever has read it may ask for all that it covers. */
    private long published() throws IOException {
        Optional<Found> found = find(CHECKPOINT);
        if (found.isEmpty()) {
            return 0;
        }
        try (InputStream in = Channels.newInputStream(found.get().content())) {
            return SignedCheckpoint.parse(in.readNBytes(SignedCheckpoint.BYTES_MAX + 1))
                    .checkpoint()
                    .size();
        } catch (LogException e) {
            throw new IOException("the log checkpoint in " + directory + ": " + e.getMessage(), e);
        }
    }

    /** So much of a wider tile as is asked for. */
    private static Found beginning(Tile tile, Found wider) throws IOException {
        SeekableByteChannel content = wider.content();
        try {
            long bytes =
                    tile.level() == Tile.ENTRIES ? bundled(content, tile.width()) : (long) tile.width() * Hash32.BYTES;
            if (bytes > wider.bytes()) {
                throw new IOException(tile.path() + ": the tile that lies there in its place is cut short");
            }
            content.position(0);
            return new Found(content, bytes);
        } catch (IOException e) {
            content.close();
            throw e;
        }
    }

    /** Bytes of a bundle's first entries with their lengths, two bytes each. */
    private static long bundled(SeekableByteChannel content, int entries) throws IOException {
        long at = 0;
        ByteBuffer length = ByteBuffer.allocate(2);
        for (int i = 0; i < entries; i++) {
            content.position(at);
            length.clear();
            while (length.hasRemaining()) {
                if (content.read(length) < 0) {
                    throw new IOException("a bundle of entries is cut short");
                }
            }
            at += 2 + (length.getShort(0) & 0xffff);
        }
        return at;
    }

    private record Found(SeekableByteChannel content, long bytes) {}

    private Optional<Found> find(String path) throws IOException {
        try (DirectoryStream<Path> root = Files.newDirectoryStream(directory)) {
            if (!(root instanceof SecureDirectoryStream<Path> here)) {
                throw new IOException(directory + " cannot be walked without following links");
            }
            return find(here, directory.getFileSystem().getPath(path));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    private static Optional<Found> find(SecureDirectoryStream<Path> here, Path path) throws IOException {
        Path first = path.getName(0);
        BasicFileAttributeView view =
                here.getFileAttributeView(first, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        var attributes = view.readAttributes();
        if (path.getNameCount() > 1) {
            if (!attributes.isDirectory()) {
                return Optional.empty();
            }
            try (SecureDirectoryStream<Path> next = here.newDirectoryStream(first, LinkOption.NOFOLLOW_LINKS)) {
                return find(next, path.subpath(1, path.getNameCount()));
            }
        }
        if (!attributes.isRegularFile()) {
            return Optional.empty(); // a pipe would keep us waiting, a link lead us elsewhere
        }
        return Optional.of(opened(here, first));
    }

    private static Found opened(SecureDirectoryStream<Path> here, Path name) throws IOException {
        SeekableByteChannel channel;
        try {
            channel = here.newByteChannel(name, READ);
        } catch (FileSystemException e) {
            throw e instanceof NoSuchFileException ? e : new IOException("cannot open " + name + ": " + e, e);
        }
        try {
            return new Found(channel, channel.size());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
