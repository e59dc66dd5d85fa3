package dev.carnet.daemon.ledger;

import dev.carnet.proto.ledger.PublicKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The seven key files of a daemon (SPEC section 10), in {@code keys/}. A key that its owner has moved to {@code keys/previous/} is made anew; one that is
 * gone otherwise is not: a key that vanished is a reason to stop, not to change identity.
 */
final class KeyFiles {
    private static final String PREVIOUS = "previous";
    private final Path directory;

    KeyFiles(Path stateDirectory) {
        directory = stateDirectory.resolve("keys");
    }

    /**
     * Makes what is missing.
     *
     * @param bound whether a key binding is on record: then only a key that lies in {@code previous/} may be missing
     */
    void complete(boolean bound, SecureRandom random) throws IOException {
        DurableFiles.createDirectories(directory);
        for (var purpose : new String[] {"entry", "log", "witness"}) {
            complete(name(purpose, KeyKind.ED25519), KeyKind.ED25519, bound, random);
            complete(name(purpose, KeyKind.MLDSA44), KeyKind.MLDSA44, bound, random);
        }
        complete(name("manifest", KeyKind.P256), KeyKind.P256, bound, random);
    }

    private void complete(String name, KeyKind kind, boolean bound, SecureRandom random) throws IOException {
        var file = directory.resolve(name);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (bound && !Files.exists(previous(name), LinkOption.NOFOLLOW_LINKS)) {
            throw new LedgerException("the key file " + file
                    + " is missing, and peers know its key: restore it from a copy (to replace a key on purpose, move"
                    + " its file to " + previous(name) + " and start again)");
        }
        KeyFile.create(file, kind, kind.newSecret(random));
    }

    PublicKeys publicKeys() throws IOException {
        return new PublicKeys(pair("entry"), pair("log"), pair("witness"), publicKey("manifest", KeyKind.P256));
    }

    private PublicKeys.Pair pair(String purpose) throws IOException {
        return new PublicKeys.Pair(publicKey(purpose, KeyKind.ED25519), publicKey(purpose, KeyKind.MLDSA44));
    }

    private byte[] publicKey(String purpose, KeyKind kind) throws IOException {
        return kind.publicKey(KeyFile.read(directory.resolve(name(purpose, kind)), kind));
    }

    PairSigner entrySigner() throws IOException {
        return signer("entry");
    }

    /** Signs log checkpoints. */
    PairSigner logSigner() throws IOException {
        return signer("log");
    }

    /** Cosigns the log checkpoints of others. */
    PairSigner witnessSigner() throws IOException {
        return signer("witness");
    }

    /** Signs bundles. */
    ManifestSigner manifestSigner() throws IOException {
        return new ManifestSigner(KeyFile.read(directory.resolve(name("manifest", KeyKind.P256)), KeyKind.P256));
    }

    /** Public halves of the manifest key and of those before it, the one of now first. */
    List<byte[]> manifestKeys() throws IOException {
        var found = new ArrayList<byte[]>();
        for (var file : nowAndBefore(name("manifest", KeyKind.P256))) {
            found.add(KeyKind.P256.publicKey(KeyFile.read(file, KeyKind.P256)));
        }
        return found;
    }

    private PairSigner signer(String purpose) throws IOException {
        return new PairSigner(
                KeyFile.read(directory.resolve(name(purpose, KeyKind.ED25519)), KeyKind.ED25519),
                KeyFile.read(directory.resolve(name(purpose, KeyKind.MLDSA44)), KeyKind.MLDSA44));
    }

    /** The entry keys with these public halves, wherever either of them lies now. */
    Optional<PairSigner> formerEntrySigner(PublicKeys.Pair wanted) throws IOException {
        var ed25519 = former(KeyKind.ED25519, wanted.ed25519());
        var mldsa44 = former(KeyKind.MLDSA44, wanted.mldsa44());
        return ed25519.isEmpty() || mldsa44.isEmpty()
                ? Optional.empty()
                : Optional.of(new PairSigner(ed25519.get(), mldsa44.get()));
    }

    /** The entry keys with these ids, wherever either of them lies now. */
    Optional<PairSigner> formerEntrySigner(List<String> ids) throws IOException {
        for (var ed25519 : secrets(KeyKind.ED25519)) {
            for (var mldsa44 : secrets(KeyKind.MLDSA44)) {
                var signer = new PairSigner(ed25519, mldsa44);
                if (signer.keys().ids().equals(ids)) {
                    return Optional.of(signer);
                }
            }
        }
        return Optional.empty();
    }

    private List<byte[]> secrets(KeyKind kind) throws IOException {
        var name = name("entry", kind);
        var found = new ArrayList<byte[]>();
        for (var file : nowAndBefore(name)) {
            found.add(KeyFile.read(file, kind));
        }
        return found;
    }

    private Optional<byte[]> former(KeyKind kind, byte[] wanted) throws IOException {
        var name = name("entry", kind);
        for (var file : nowAndBefore(name)) {
            var secret = KeyFile.read(file, kind);
            if (java.util.Arrays.equals(kind.publicKey(secret), wanted)) {
                return Optional.of(secret);
            }
        }
        return Optional.empty();
    }

    /** A key's file and those that it had before: {@code previous/NAME}, and {@code previous/NAME.*} where there are several. */
    private List<Path> nowAndBefore(String name) throws IOException {
        var found = new ArrayList<Path>();
        if (Files.exists(directory.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
            found.add(directory.resolve(name));
        }
        if (Files.isDirectory(directory.resolve(PREVIOUS), LinkOption.NOFOLLOW_LINKS)) {
            try (var all = Files.newDirectoryStream(
                    directory.resolve(PREVIOUS),
                    file -> String.valueOf(file.getFileName()).equals(name)
                            || String.valueOf(file.getFileName()).startsWith(name + "."))) {
                all.forEach(found::add);
            }
        }
        return found;
    }

    private Path previous(String name) {
        return directory.resolve(PREVIOUS).resolve(name);
    }

    private static String name(String purpose, KeyKind kind) {
        return purpose
                + switch (kind) {
                    case ED25519 -> ".ed25519";
                    case MLDSA44 -> ".mldsa44";
                    case P256 -> ".p256";
                };
    }
}
