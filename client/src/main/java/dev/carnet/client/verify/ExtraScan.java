package dev.carnet.client.verify;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Finds what lies on disk and in no tree. It goes into directories of the tree only, so never deeper than a tree is. */
final class ExtraScan {

    private final PathSet known;
    private final Differences differences;

    ExtraScan(PathSet known, Differences differences) {
        this.known = known;
        this.differences = differences;
    }

    /** Looks through a checkpoint; does nothing where its root is no directory. */
    void run(Path root) {
        if (Files.isDirectory(root, NOFOLLOW_LINKS)) {
            scan(root, "");
        }
    }

    private void scan(Path directory, String prefix) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                look(entry, prefix);
            }
        } catch (DirectoryIteratorException e) {
            cannotList(prefix, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            cannotList(prefix, e);
        }
    }

    private void cannotList(String prefix, IOException e) {
        String path = prefix.isEmpty() ? "." : prefix.substring(0, prefix.length() - 1);
        differences.add(path, "cannot be listed: " + FileCheck.reason(e));
    }

    private void look(Path entry, String prefix) {
        Optional<String> name = Names.text(entry);
        if (name.isPresent() && known.contains(prefix + name.get())) {
            if (Files.isDirectory(entry, NOFOLLOW_LINKS)) {
                scan(entry, prefix + name.get() + "/");
            }
            return;
        }
        String why = name.isPresent() ? "" : " (its name is no valid UTF-8)";
        differences.addShown(
                Names.show(prefix) + Names.shownName(entry), "is not on record: an extra " + kind(entry) + why);
    }

    private static String kind(Path entry) {
        try {
            Map<String, Object> actual = Files.readAttributes(entry, Attributes.WANTED, NOFOLLOW_LINKS);
            return Attributes.kind(Attributes.mode(actual));
        } catch (IOException e) {
            return "member";
        }
    }
}
