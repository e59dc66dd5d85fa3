package dev.carnet.client.verify;

import static dev.carnet.client.verify.VerifyException.Kind.DAMAGED;
import static dev.carnet.client.verify.VerifyException.Kind.NOT_ON_RECORD;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A published checkpoint and the folder that records it.
 *
 * @param volume root of the volume: the folder that holds {@code .carnet}
 * @param name of the checkpoint, relative to the volume
 * @param folder where its records lie
 */
public record CheckpointRecords(Path volume, String name, Path folder) {

    private static final String OWN = ".carnet";
    private static final int NAME_BYTES_MAX = 400;

    /** Where the checkpoint stands. */
    public Path published() {
        return volume.resolve(name);
    }

    /** A file of the record. */
    public Path file(String file) {
        return folder.resolve(file);
    }

    /**
     * Opens a record that has to be there.
     *
     * @throws VerifyException if it is missing, no regular file, or cannot be read
     */
    InputStream openNeeded(String file) throws VerifyException {
        try {
            return open(file);
        } catch (IOException e) {
            throw VerifyException.ofRecord(file(file), e);
        }
    }

    /**
     * The bytes of a record as {@link #read} gives them.
     *
     * @throws VerifyException if it is longer, no regular file, or cannot be read
     */
    Optional<byte[]> readNeeded(String file, int bytesMax) throws VerifyException {
        try {
            return read(file, bytesMax);
        } catch (IOException e) {
            throw VerifyException.ofRecord(file(file), e);
        }
    }

    /**
     * The bytes of a record; empty where there is none.
     *
     * @param bytesMax more is an error
     * @throws IOException if it is longer, no regular file, or cannot be read
     */
    public Optional<byte[]> read(String file, int bytesMax) throws IOException {
        Path path = file(file);
        if (!Files.exists(path, NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (InputStream in = open(file)) {
            byte[] bytes = in.readNBytes(bytesMax + 1);
            if (bytes.length > bytesMax) {
                throw new IOException("it has more than " + bytesMax + " bytes");
            }
            return Optional.of(bytes);
        }
    }

    /**
     * Opens a record.
     *
     * @throws IOException if it is missing, no regular file, or cannot be read
     */
    public InputStream open(String file) throws IOException {
        Path path = file(file);
        if (!Files.isRegularFile(path, NOFOLLOW_LINKS)) {
            throw new IOException(Files.exists(path, NOFOLLOW_LINKS) ? "it is no regular file" : "it is missing");
        }
        return Files.newInputStream(path, NOFOLLOW_LINKS);
    }

    /**
     * Finds the records of the checkpoint that {@code given} is, or lies in. What the checkpoint itself was may be gone.
     *
     * <p>The volume is the <em>outermost</em> folder above that holds {@code .carnet}: a checkpoint may have been made to hold such a folder too, with records that
     * its sender forged, and those must never be found before the daemon's.
     *
     * @throws VerifyException if there is no volume above it, nothing on record, or the record of the name is damaged
     * @throws IOException if a folder on the way cannot be read
     */
    public static CheckpointRecords find(Path given) throws VerifyException, IOException {
        // First without following a link in the last place: a checkpoint that a link has replaced does not stand.
        try {
            return above(real(given, false));
        } catch (VerifyException e) {
            if (e.kind() != NOT_ON_RECORD) {
                throw e;
            }
            return above(real(given, true));
        }
    }

    private static CheckpointRecords above(Path path) throws VerifyException {
        List<Path> holders = new ArrayList<>(); // of .carnet, innermost first
        for (Path at = path; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve(OWN), NOFOLLOW_LINKS)) {
                holders.add(at);
            }
        }
        if (holders.isEmpty()) {
            throw new VerifyException(
                    NOT_ON_RECORD,
                    "no folder above " + path + " is a volume of a daemon (none holds " + OWN
                            + "): give the path of a published checkpoint, at the destination. What was sealed in a volume that is only read has its record with the daemon: `carnet verify --daemon VOLUME/NAME`");
        }
        Path volume = holders.getLast();
        for (Path at = path; !at.equals(volume); at = parentOf(at)) {
            String name = volume.relativize(at).toString();
            Path folder = volume.resolve(OWN).resolve("records").resolve(sha256(name));
            if (Files.isDirectory(folder, NOFOLLOW_LINKS)) {
                return checked(new CheckpointRecords(volume, name, folder));
            }
        }
        throw new VerifyException(
                NOT_ON_RECORD,
                "nothing was published as " + path + ": the volume " + volume
                        + " has no record of it (`carnet ls` lists what the daemon published)"
                        + (holders.size() == 1
                                ? ""
                                : "; " + holders.getFirst().resolve(OWN)
                                        + " is not looked at, since the outermost folder that holds " + OWN
                                        + " counts as the volume"));
    }

    private static CheckpointRecords checked(CheckpointRecords records) throws VerifyException {
        byte[] name = records.readNeeded("name", NAME_BYTES_MAX + 1)
                .orElseThrow(() ->
                        new VerifyException(DAMAGED, records.file("name") + " is missing: the record is not whole"));
        String recorded = new String(name, UTF_8);
        if (!recorded.equals(records.name) && !recorded.equals(records.name + "\n")) {
            throw new VerifyException(
                    DAMAGED, records.file("name") + " names another checkpoint: the record is damaged");
        }
        return records;
    }

    /** Links in what the user typed are followed; the checkpoint itself may be missing, then its parents count. */
    private static Path real(Path given, boolean followLast) throws IOException {
        Path path = given.toAbsolutePath().normalize();
        if (followLast && Files.exists(path)) {
            return path.toRealPath();
        }
        Path parent = path.getParent();
        Path last = path.getFileName();
        return parent == null || last == null ? path : real(parent, true).resolve(last);
    }

    private static Path parentOf(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no path below the volume: " + path);
        }
        return parent;
    }

    private static String sha256(String name) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
