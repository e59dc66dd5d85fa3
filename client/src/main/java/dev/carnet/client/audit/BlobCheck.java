package dev.carnet.client.audit;

import dev.carnet.client.audit.Finding.Kind;
import dev.carnet.proto.ledger.Digests;
import dev.carnet.proto.ledger.StatementException;
import dev.carnet.proto.wire.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Whether what entries name by digest is there, and is that. Blobs are hashed as they are read: an abort's can have any size. For several threads. */
final class BlobCheck {
    private static final String FOLDER = "blobs/sha256/";
    private static final int BUFFER_BYTES = 64 << 10;

    /** Many entries name the same blob: that of an abort before the first chunk, a policy that comes back. */
    private static final int KNOWN_MAX = 16_384;

    private final LedgerFiles files;
    private final Consumer<Finding> found;
    private final Map<String, Boolean> good = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > KNOWN_MAX;
        }
    };

    BlobCheck(LedgerFiles files, Consumer<Finding> found) {
        this.files = files;
        this.found = found;
    }

    /** Where a blob lies, below the ledger's root. */
    static String path(String digest) {
        return FOLDER + digest;
    }

    /** Tells where it is not there, or is not what its name says. */
    void check(long index, String digest) {
        synchronized (good) {
            if (good.containsKey(digest)) {
                return;
            }
        }
        try (InputStream in = files.open(path(digest)).orElse(null)) {
            if (in == null) {
                missing(index, digest);
            } else if (digest.equals(hash(in))) {
                synchronized (good) {
                    good.put(digest, true);
                }
            } else {
                changed(index, digest);
            }
        } catch (IOException e) {
            unreadable(index, digest, e);
        }
    }

    private static String hash(InputStream in) throws IOException {
        MessageDigest sha256 = Digests.sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            sha256.update(buffer, 0, count);
        }
        return HexFormat.of().formatHex(sha256.digest());
    }

    /**
     * A key proof's bytes; empty where it is told that they are not there, or not those.
     *
     * @throws StatementException where it is larger than any key proof
     */
    Optional<byte[]> proof(long index, String digest) {
        byte[] bytes;
        try (InputStream in = files.open(path(digest)).orElse(null)) {
            if (in == null) {
                missing(index, digest);
                return Optional.empty();
            }
            bytes = in.readNBytes(Limits.KEY_PROOF_BYTES_MAX + 1);
        } catch (IOException e) {
            unreadable(index, digest, e);
            return Optional.empty();
        }
        if (bytes.length > Limits.KEY_PROOF_BYTES_MAX) {
            throw new StatementException(
                    "its key proof has more than " + Limits.KEY_PROOF_BYTES_MAX + " bytes: " + path(digest));
        }
        if (!Digests.sha256Hex(bytes).equals(digest)) {
            changed(index, digest);
            return Optional.empty();
        }
        return Optional.of(bytes);
    }

    private void missing(long index, String digest) {
        found.accept(EntryCheck.finding(Kind.BLOB, index, "the blob that it names is not there: " + path(digest)));
    }

    private void changed(long index, String digest) {
        found.accept(EntryCheck.finding(
                Kind.BLOB_DIGEST,
                index,
                "the blob that it names has other bytes than its digest says: " + path(digest)));
    }

    private void unreadable(long index, String digest, IOException e) {
        found.accept(EntryCheck.finding(
                Kind.BLOB, index, "the blob that it names cannot be read: " + path(digest) + ": " + e.getMessage()));
    }
}
