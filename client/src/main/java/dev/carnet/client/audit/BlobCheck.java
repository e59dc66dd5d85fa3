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
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/**
 * Whether what entries name by digest is there, and is that. Blobs are hashed as they are read: an abort's can be large. Each is read once, however many entries name it, whatever comes of it. For several threads.
 */
final class BlobCheck {
    /** Of one blob, more is not read from whoever serves it. */
    static final long BYTES_MAX = 64L << 30;

    private static final String FOLDER = "blobs/sha256/";
    private static final int BUFFER_BYTES = 64 << 10;

    /** Many entries name the same blob: that of an abort before the first chunk, a policy that comes back. */
    private static final int KNOWN_MAX = 16_384;

    private final LedgerFiles files;
    private final Consumer<Finding> found;
    private final long bytesMax;
    private final Map<String, FutureTask<Optional<Fault>>> known = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, FutureTask<Optional<Fault>>> eldest) {
            return size() > KNOWN_MAX;
        }
    };

    /** What is not right with a blob: told of each entry that names it. */
    private record Fault(Kind kind, String sentence) {}

    BlobCheck(LedgerFiles files, Consumer<Finding> found) {
        this(files, found, BYTES_MAX);
    }

    /** @param bytesMax of one blob */
    BlobCheck(LedgerFiles files, Consumer<Finding> found, long bytesMax) {
        this.files = files;
        this.found = found;
        this.bytesMax = bytesMax;
    }

    /** Where a blob lies, below the ledger's root. */
    static String path(String digest) {
        return FOLDER + digest;
    }

    /** Tells where it is not there, or is not what its name says. */
    void check(long index, String digest) {
        FutureTask<Optional<Fault>> task;
        synchronized (known) {
            task = known.computeIfAbsent(digest, name -> new FutureTask<>(() -> fault(name)));
        }
        task.run(); // by whoever comes first
        Bundles.done(task).ifPresent(fault -> tell(index, fault));
    }

    private Optional<Fault> fault(String digest) {
        try (InputStream in = files.open(path(digest)).orElse(null)) {
            if (in == null) {
                return Optional.of(missing(digest));
            }
            Optional<String> hash = hash(in);
            if (hash.isEmpty()) {
                return Optional.of(new Fault(
                        Kind.BLOB,
                        "the blob that it names has more than " + bytesMax + " bytes, and was not read further: "
                                + path(digest)));
            }
            return hash.get().equals(digest) ? Optional.empty() : Optional.of(changed(digest));
        } catch (IOException e) {
            return Optional.of(unreadable(digest, e));
        }
    }

    /** Empty where there is more than may be read. */
    private Optional<String> hash(InputStream in) throws IOException {
        MessageDigest sha256 = Digests.sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = bytesMax;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            left -= count;
            if (left < 0) {
                return Optional.empty();
            }
            sha256.update(buffer, 0, count);
        }
        return Optional.of(HexFormat.of().formatHex(sha256.digest()));
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
                tell(index, missing(digest));
                return Optional.empty();
            }
            bytes = in.readNBytes(Limits.KEY_PROOF_BYTES_MAX + 1);
        } catch (IOException e) {
            tell(index, unreadable(digest, e));
            return Optional.empty();
        }
        if (bytes.length > Limits.KEY_PROOF_BYTES_MAX) {
            throw new StatementException(
                    "its key proof has more than " + Limits.KEY_PROOF_BYTES_MAX + " bytes: " + path(digest));
        }
        if (!Digests.sha256Hex(bytes).equals(digest)) {
            tell(index, changed(digest));
            return Optional.empty();
        }
        return Optional.of(bytes);
    }

    private void tell(long index, Fault fault) {
        found.accept(EntryCheck.finding(fault.kind(), index, fault.sentence()));
    }

    private static Fault missing(String digest) {
        return new Fault(Kind.BLOB, "the blob that it names is not there: " + path(digest));
    }

    private static Fault changed(String digest) {
        return new Fault(
                Kind.BLOB_DIGEST, "the blob that it names has other bytes than its digest says: " + path(digest));
    }

    private static Fault unreadable(String digest, IOException e) {
        return new Fault(Kind.BLOB, "the blob that it names cannot be read: " + path(digest) + ": " + e.getMessage());
    }
}
