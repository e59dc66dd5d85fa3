package dev.carnet.proto.oms;

import dev.carnet.proto.tree.TreeException;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** The bundle that follows from a tree alone, since a tree has the BLAKE3 of every file; and whether a bundle fits a tree. */
public final class TreeBundle {
    private TreeBundle() {}

    /** Does something with a file. */
    @FunctionalInterface
    public interface Each {
        void file(TreeMember.File file) throws IOException;
    }

    /**
     * Measures the bundle of a tree.
     *
     * @param model see {@link OmsFormat#model}
     * @throws TreeException if it is no tree
     */
    public static OmsWriter.Measure measure(OmsReader.Source tree, OmsFormat.Hash hash, String model)
            throws IOException {
        OmsWriter.Measure measure = new OmsWriter.Measure(hash, model);
        each(tree, file -> measure.add(file.path()));
        return measure;
    }

    /**
     * Writes the BLAKE3 bundle.
     *
     * @param measure of the same tree
     */
    public static void write(OmsReader.Source tree, OmsWriter.Measure measure, OmsSigner signer, OutputStream out)
            throws IOException {
        OmsWriter writer = new OmsWriter(out, measure, signer);
        each(tree, file -> writer.add(file.path(), file.digest().toBytes()));
        writer.finish();
    }

    /** Goes through the files of a tree that a bundle lists, in its order. */
    public static void each(OmsReader.Source tree, Each each) throws IOException {
        try (InputStream in = tree.open()) {
            TreeReader reader = new TreeReader(in);
            for (Optional<TreeMember> next = reader.next(); next.isPresent(); next = reader.next()) {
                if (next.get() instanceof TreeMember.File file && OmsFormat.listed(file.path())) {
                    each.file(file);
                }
            }
        }
    }

    /**
     * Reads a bundle, and checks that it lists the files of this tree and no others; of a BLAKE3 bundle also that it has their digests.
     *
     * @return the bundle; nobody's signature is verified yet
     * @throws OmsException if it does not, naming the file, or is none
     * @throws TreeException if it is no tree
     */
    public static OmsBundle check(OmsReader.Source bundle, OmsReader.Source tree) throws IOException {
        try (InputStream in = tree.open()) {
            TreeReader reader = new TreeReader(in);
            OmsBundle read = OmsReader.read(bundle, (name, algorithm, digest) -> {
                TreeMember.File file = next(reader)
                        .orElseThrow(() -> new OmsException(
                                "the bundle lists " + OmsReader.shown(name) + ", which the tree has not"));
                OmsReader.require(
                        file.path().equals(name),
                        "the bundle lists " + OmsReader.shown(name) + " where the tree has "
                                + OmsReader.shown(file.path()));
                OmsReader.require(
                        !algorithm.equals(OmsFormat.Hash.BLAKE3.label())
                                || Arrays.equals(file.digest().toBytes(), digest),
                        "the bundle has another digest of " + OmsReader.shown(name) + " than the tree");
            });
            Optional<TreeMember.File> left = next(reader);
            if (left.isPresent()) {
                throw new OmsException(
                        "the bundle does not list " + OmsReader.shown(left.get().path()));
            }
            return read;
        }
    }

    private static Optional<TreeMember.File> next(TreeReader reader) throws IOException {
        for (Optional<TreeMember> next = reader.next(); next.isPresent(); next = reader.next()) {
            if (next.get() instanceof TreeMember.File file && OmsFormat.listed(file.path())) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }
}
