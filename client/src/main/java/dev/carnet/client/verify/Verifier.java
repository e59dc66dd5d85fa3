package dev.carnet.client.verify;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.tree.TreeException;
import dev.carnet.proto.tree.TreeReader;
import dev.carnet.proto.tree.TreeSummary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Compares published checkpoints with their records. It trusts no cache and no daemon: each byte of each file is read and
 * hashed.
 */
public final class Verifier {

    /** Differences that are listed; of more, the number is told. */
    public static final int DIFFERENCES_LISTED_MAX = 100;

    private static final int THREADS_MAX = 16;
    private static final int MASK_BYTES_MAX = 8;

    /** To choose the fastest BLAKE3 takes a second or more: less than this is hashed by the plain one before that is done. */
    private static final long PLAIN_BYTES_MAX = 64L << 20;

    private final Supplier<Blake3> blake3;
    private final SecureRandom random;
    private final int threads;

    /** A verifier with one thread per processor, 16 at most, and the fastest BLAKE3 of this machine. */
    public Verifier() {
        this(
                Blake3::best,
                new SecureRandom(),
                Math.min(THREADS_MAX, Runtime.getRuntime().availableProcessors()));
    }

    Verifier(Supplier<Blake3> blake3, SecureRandom random, int threads) {
        this.blake3 = blake3;
        this.random = random;
        this.threads = threads;
    }

    /**
     * Compares one.
     *
     * @param given the path of a published checkpoint, or of something in it
     * @param modeMask permission bits that the volume lets lie on disk; empty: as the record {@code mode-mask} says,
     *     else all
     * @throws VerifyException if nothing is on record, or the record cannot be used
     */
    public VerifyReport verify(Path given, OptionalInt modeMask, VerifyProgress progress) throws VerifyException {
        CheckpointRecords records = find(given);
        TreeSummary tree = summary(records);
        progress.total(tree.files(), tree.logicalBytes());
        int mask = modeMask.isPresent() ? modeMask.getAsInt() : recordedMask(records);
        Differences differences = new Differences(DIFFERENCES_LISTED_MAX);
        Blake3 hash = tree.logicalBytes() < PLAIN_BYTES_MAX ? Blake3.scalar() : blake3.get();
        long start = System.nanoTime(); // the choice above says nothing about the speed of the rest
        members(records, tree, mask, hash, differences, progress);
        StatementCheck statements = new StatementCheck(records, tree, differences);
        if (!statements.check("seal.dsse", "seal")) {
            differences.addRecord("seal.dsse", "is missing");
        }
        boolean receipt = statements.check("receipt.dsse", "transfer-receipt");
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return new VerifyReport(
                records, tree, mask, receipt, differences.listed(), differences.more(), took, hash.kind());
    }

    private static CheckpointRecords find(Path given) throws VerifyException {
        try {
            return CheckpointRecords.find(given);
        } catch (IOException e) {
            throw VerifyException.unreadable(given, e);
        }
    }

    private void members(
            CheckpointRecords records,
            TreeSummary expected,
            int mask,
            Blake3 hash,
            Differences differences,
            VerifyProgress progress)
            throws VerifyException {
        PathSet known = new PathSet(random);
        Path root = records.published();
        try (HashPool pool = new HashPool(threads);
                RecordedCvs cvs = new RecordedCvs(records);
                InputStream in = records.openNeeded("tree")) {
            TreeCheck check =
                    new TreeCheck(root, known, new PathSet(random), cvs, pool, hash, mask, differences, progress);
            TreeSummary read = check.run(new TreeReader(in));
            new ExtraScan(known, differences).run(root);
            pool.finish();
            String fault = cvs.fault();
            if (fault != null) {
                differences.addRecord("cvs", fault);
            }
            if (!read.equals(expected)) {
                throw new VerifyException(
                        VerifyException.Kind.DAMAGED,
                        records.file("tree") + " changed while it was read: run this again");
            }
        } catch (IOException e) {
            throw VerifyException.ofRecord(records.file("tree"), e);
        }
    }

    /** Reads the tree for itself first: where it is damaged, nothing can be said about any file. */
    private static TreeSummary summary(CheckpointRecords records) throws VerifyException {
        try (InputStream in = records.openNeeded("tree")) {
            TreeReader reader = new TreeReader(in);
            while (reader.next().isPresent()) {
                // to the end
            }
            return reader.summary();
        } catch (TreeException e) {
            throw new VerifyException(
                    VerifyException.Kind.DAMAGED, records.file("tree") + " is damaged: " + e.getMessage());
        } catch (IOException e) {
            throw VerifyException.ofRecord(records.file("tree"), e);
        }
    }

    private static int recordedMask(CheckpointRecords records) throws VerifyException {
        Optional<byte[]> recorded = records.readNeeded("mode-mask", MASK_BYTES_MAX);
        if (recorded.isEmpty()) {
            return Attributes.ALL;
        }
        String mask = new String(recorded.get(), US_ASCII).strip();
        if (!mask.matches("[0-7]{1,4}")) {
            throw new VerifyException(
                    VerifyException.Kind.DAMAGED, records.file("mode-mask") + " is damaged: give --mode-mask");
        }
        return Integer.parseInt(mask, 8) & Attributes.ALL;
    }
}
