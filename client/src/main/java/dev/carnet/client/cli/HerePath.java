package dev.carnet.client.cli;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;

/** A path that somebody typed, as the daemon gets it. */
final class HerePath {
    private HerePath() {}

    /**
     * Of the working directory of this command, not of the daemon's. A {@code ..} behind a link means what the kernel says it means.
     *
     * @param what the argument's name, for sentences
     * @param wrong makes what is thrown out of a sentence
     */
    static Path absolute(String given, String what, Function<String, ? extends RuntimeException> wrong) {
        if (Shown.garbled(given)) {
            throw wrong.apply(what + " '" + Shown.text(given) + "' " + Shown.GARBLED);
        }
        Path path;
        try {
            path = Path.of(given).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw wrong.apply(what + " '" + Shown.text(given) + "' is no path");
        }
        int last = path.getNameCount() - 1;
        while (last >= 0 && !path.getName(last).toString().equals("..")) {
            last--;
        }
        return last < 0 ? path.normalize() : real(path, last + 1);
    }

    /** Links are followed as far as the last {@code ..} and no further: that the path is a link is for the daemon to judge. */
    private static Path real(Path path, int names) {
        Path begin = path.getRoot().resolve(path.subpath(0, names));
        try {
            begin = begin.toRealPath();
        } catch (IOException e) {
            begin = begin.normalize(); // the daemon may see what this user does not
        }
        return names == path.getNameCount()
                ? begin
                : begin.resolve(path.subpath(names, path.getNameCount())).normalize();
    }
}
