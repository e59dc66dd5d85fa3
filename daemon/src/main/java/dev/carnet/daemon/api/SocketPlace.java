package dev.carnet.daemon.api;

import dev.carnet.daemon.config.OwnUser;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of the API's socket in the file system. The socket is bound in a directory of mode 0700 inside the real one, gets its mode there, and only then
 * moves to its name: nobody can connect before. A lock file beside it, held while the daemon lives, keeps two daemons apart.
 */
final class SocketPlace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SocketPlace.class);

    /** sockaddr_un.sun_path of Linux, less the NUL at its end. */
    private static final int PATH_BYTES_MAX = 107;

    private static final String BIND_PREFIX = ".b";
    private static final int BIND_SUFFIX_BYTES = 24;
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_SOCKET = 0140000;
    private static final int STICKY = 01000;
    private static final int GROUP_WRITES = 0020;
    private static final int OTHERS_WRITE = 0002;

    private final Path path;
    private final Path directory;
    private final FileChannel lockFile;
    private @Nullable Object inode;

    private SocketPlace(Path path, Path directory, FileChannel lockFile) {
        this.path = path;
        this.directory = directory;
        this.lockFile = lockFile;
    }

    /**
     * Makes and checks the directory, takes the lock, removes what a dead daemon left.
     *
     * @param path absolute
     */
    static SocketPlace claim(Path path) {
        var directory = Objects.requireNonNull(path.getParent(), "the socket needs a directory");
        checkLength(path, directory);
        try {
            makeDirectory(directory);
            checkSafe(directory);
            var place = new SocketPlace(path, directory, lock(path));
            try {
                place.removeStale();
            } catch (IOException | RuntimeException e) {
                place.close();
                throw e;
            }
            return place;
        } catch (IOException e) {
            throw new ApiStartException("cannot prepare the API's socket " + path + ": " + e, e);
        }
    }

    private static void checkLength(Path path, Path directory) {
        int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
        int whileBinding = directory.toString().getBytes(StandardCharsets.UTF_8).length + BIND_SUFFIX_BYTES;
        if (Math.max(bytes, whileBinding) > PATH_BYTES_MAX) {
            throw new ApiStartException(
                    "the API's socket " + path + " has too long a path: a socket's path has at most "
                            + PATH_BYTES_MAX + " bytes, its directory's " + (PATH_BYTES_MAX - BIND_SUFFIX_BYTES)
                            + "; configure a shorter one");
        }
    }

    private static void makeDirectory(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        var above = directory.getParent();
        if (above != null) {
            Files.createDirectories(above);
        }
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        // In two steps, since the umask takes bits away at creation.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
    }

    /** Whoever can write a directory on the way can put another socket, and so another daemon, in this one's place. */
    private static void checkSafe(Path directory) throws IOException {
        int own = mode(directory);
        if ((own & (OTHERS_WRITE | GROUP_WRITES)) != 0) {
            throw new ApiStartException("the API's directory " + directory + " can be written by others (mode "
                    + Integer.toOctalString(own & 07777) + "): chmod 0750 it, or configure another");
        }
        int owner = (Integer) Files.getAttribute(directory, "unix:uid");
        if (owner != 0 && owner != OwnUser.uid()) {
            throw new ApiStartException("the API's directory " + directory + " belongs to the user "
                    + Integer.toUnsignedString(owner)
                    + ", who could put another socket into this daemon's place: chown it, or configure another (is XDG_RUNTIME_DIR"
                    + " somebody else's?)");
        }
        for (var above = directory.toRealPath().getParent(); above != null; above = above.getParent()) {
            int mode = mode(above);
            if ((mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0) {
                throw new ApiStartException("the API's directory " + directory + " lies in " + above
                        + ", which everybody can write: chmod o-w it, or configure another");
            }
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        var name = Path.of(path + ".lock");
        var channel =
                FileChannel.open(name, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            LOG.debug("this very process serves {}", path, e);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw inUse(path);
        }
        return channel;
    }

    /** A socket that nobody answers is left from a daemon that was killed. The lock is ours, so no other daemon starts meanwhile. */
    private void removeStale() throws IOException {
        int mode;
        try {
            mode = mode(path);
        } catch (NoSuchFileException e) {
            return;
        }
        if ((mode & TYPE_MASK) != TYPE_SOCKET) {
            throw new ApiStartException(path + " is there and is no socket: move it away, or configure another path");
        }
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // a full backlog must not hold us up; it too means that somebody lives
            boolean connected = probe.connect(UnixDomainSocketAddress.of(path));
            LOG.debug("{} answers: {}", path, connected);
        } catch (ConnectException e) {
            Files.delete(path);
            LOG.info("removed the socket {} of a daemon that is gone", path);
            return;
        }
        throw inUse(path);
    }

    private static ApiStartException inUse(Path path) {
        return new ApiStartException(
                "another daemon serves at " + path + ": stop it, or configure another socket for this one");
    }

    /** Runs {@code bind} on a path that nobody else can reach, and moves the socket to its name. */
    void publish(Consumer<Path> bind) {
        try {
            var hidden = Files.createTempDirectory(
                    directory,
                    BIND_PREFIX,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                var socket = hidden.resolve("s");
                bind.accept(socket);
                Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
                inode = Files.getAttribute(socket, "unix:ino", LinkOption.NOFOLLOW_LINKS);
                Files.move(socket, path, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(hidden.resolve("s"));
                Files.deleteIfExists(hidden);
            }
        } catch (IOException e) {
            throw new ApiStartException("cannot bind the API's socket " + path + ": " + e, e);
        }
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes the socket where it is still ours, then lets the lock go. The lock file stays: to remove it would be a race. */
    @Override
    public void close() {
        try {
            if (inode != null && inode.equals(Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS))) {
                Files.deleteIfExists(path);
            }
            inode = null;
        } catch (NoSuchFileException e) {
            LOG.debug("{} is gone already", path);
        } catch (IOException e) {
            LOG.warn("cannot remove the socket {}", path, e);
        }
        try {
            lockFile.close();
        } catch (IOException e) {
            LOG.warn("cannot close the lock of {}", path, e);
        }
    }
}
