package dev.carnet.daemon.audit;

import dev.carnet.daemon.transport.StaticFile;
import dev.carnet.daemon.transport.StaticFiles;
import dev.carnet.proto.log.LogException;
import dev.carnet.proto.log.Tile;
import java.io.IOException;
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
 * link. What else lies beside them (journal, locks, scratch) has no path. A partial tile is gone once the full one is there: readers take that one.
 */
public final class PublishedFiles implements StaticFiles {
    private static final String CHECKPOINT = "checkpoint";
    private static final Pattern BLOB = Pattern.compile("blobs/sha256/[0-9a-f]{64}");
    private static final int PATH_CHARACTERS_MAX = 128;
    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Path directory;

    /** @param directory of the ledger; it may be missing yet, and may be reached through links itself */
    public PublishedFiles(Path directory) {
        this.directory = directory;
    }

    @Override
    public Optional<StaticFile> open(String path) throws IOException {
        if (path.length() > PATH_CHARACTERS_MAX || !path.startsWith("/") || !published(path.substring(1))) {
            return Optional.empty();
        }
        String below = path.substring(1);
        return find(below)
                .map(found -> below.equals(CHECKPOINT)
                        ? new StaticFile(found.content(), found.bytes(), "text/plain; charset=utf-8", false)
                        : new StaticFile(found.content(), found.bytes(), "application/octet-stream", true));
    }

    private static boolean published(String path) {
        if (path.equals(CHECKPOINT) || BLOB.matcher(path).matches()) {
            return true;
        }
        try {
            return path.startsWith("tile/") && Tile.parse(path).path().equals(path);
        } catch (LogException | NumberFormatException e) {
            return false;
        }
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
