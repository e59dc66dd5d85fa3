package dev.carnet.client.demo;

import dev.carnet.client.verify.Names;
import dev.carnet.client.verify.VerifyText;
import dev.carnet.proto.tree.MemberPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is moved.
 *
 * @param path the checkpoint
 * @param volume its parent, which the sender declares as a volume that it only reads
 * @param name under which it is published
 * @param size what there is
 */
record Source(Path path, Path volume, String name, SourceSize size) {

    private static final int NAME_BYTES_MAX = 200;

    /** The checkpoint that somebody named. */
    static Source given(Path given) throws DemoException, IOException {
        if (!Files.exists(given)) {
            throw new DemoException(DemoException.Kind.USAGE, given + ": no such file or folder");
        }
        Path path = given.toRealPath();
        Path parent = path.getParent();
        if (parent == null) {
            throw new DemoException(
                    DemoException.Kind.USAGE, path + " has no parent that could be declared as a volume");
        }
        return new Source(path, parent, nameOf(path), SourceSize.of(path));
    }

    /** Real weights where they can be had, else made ones. */
    static Source weights(Path volume, Optional<Path> checkout, Narrator narrator)
            throws IOException, InterruptedException {
        Files.createDirectories(volume);
        if (checkout.isPresent()) {
            Weights real = new RealWeights(checkout.get());
            narrator.say("fetching " + real.what() + ": once, then from the local Maven repository");
            try {
                return fresh(real.into(volume), volume);
            } catch (IOException e) {
                narrator.say("it cannot be had: " + Names.show(String.valueOf(e.getMessage())));
            }
        }
        Weights seeded = new SeededWeights();
        narrator.say("so the demo moves " + seeded.what());
        return fresh(seeded.into(volume), volume);
    }

    /** One line. */
    String text() {
        return Names.show(path.toString()) + ": " + size.files() + (size.files() == 1 ? " file, " : " files, ")
                + VerifyText.bytes(size.bytes());
    }

    private static Source fresh(Path path, Path volume) throws IOException {
        return new Source(path, volume, nameOf(path), SourceSize.of(path));
    }

    /** The folder's own name, where a checkpoint may have it. */
    private static String nameOf(Path path) {
        String name = String.valueOf(path.getFileName());
        boolean fit = name.chars().noneMatch(Character::isISOControl)
                && !name.equals(".carnet")
                && name.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES_MAX;
        try {
            return fit ? MemberPath.check(name) : "checkpoint";
        } catch (IllegalArgumentException e) {
            return "checkpoint";
        }
    }
}
