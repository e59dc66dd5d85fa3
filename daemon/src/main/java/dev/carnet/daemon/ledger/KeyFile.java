package dev.carnet.daemon.ledger;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;

/** One private key in a file: PKCS #8 in PEM, mode 0600, readable by its owner alone. */
final class KeyFile {
    private static final int BYTES_MAX = 4_096;
    private static final Pattern PEM =
            Pattern.compile("\\s*-----BEGIN PRIVATE KEY-----\\s([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----\\s*");
    private static final Set<PosixFilePermission> ALLOWED =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private KeyFile() {}

    static void create(Path file, KeyKind kind, byte[] secret) throws IOException {
        var base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(kind.pkcs8(secret));
        var pem = "-----BEGIN PRIVATE KEY-----\n" + base64 + "\n-----END PRIVATE KEY-----\n";
        if (!DurableFiles.create(file, pem.getBytes(US_ASCII))) {
            throw new LedgerException("the key file " + file
                    + " appeared while it was being made: does another daemon use this directory?");
        }
    }

    /** @throws LedgerException where others may read it, or it is no key of this kind; says what to do */
    static byte[] read(Path file, KeyKind kind) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new LedgerException("the key file " + file + " is no regular file: put the key itself there");
        }
        if (!ALLOWED.containsAll(Files.getPosixFilePermissions(file))) {
            throw new LedgerException("others may read or write the key file " + file
                    + ": if nobody has, run: chmod 600 '" + file + "'; if somebody may have, make new keys");
        }
        if (Files.size(file) > BYTES_MAX) {
            throw broken(file, kind, null);
        }
        var pem = PEM.matcher(Files.readString(file, US_ASCII));
        if (!pem.matches()) {
            throw broken(file, kind, null);
        }
        try {
            return kind.secret(Base64.getMimeDecoder().decode(pem.group(1)));
        } catch (IllegalArgumentException e) {
            throw broken(file, kind, e);
        }
    }

    private static LedgerException broken(Path file, KeyKind kind, @org.jspecify.annotations.Nullable Throwable cause) {
        return new LedgerException(
                "the key file " + file + " holds no " + kind + " private key (PKCS #8 PEM): restore it from a copy",
                cause);
    }
}
