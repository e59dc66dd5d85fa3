package dev.carnet.client.verify;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.carnet.proto.hash.Blake3;
import dev.carnet.proto.hash.CvTree;
import dev.carnet.proto.hash.Hash32;
import dev.carnet.proto.tree.MemberPath;
import dev.carnet.proto.tree.TreeMember;
import dev.carnet.proto.tree.TreeReader;
import dev.carnet.proto.tree.TreeSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Goes through the recorded tree once, looks at each member on disk and has the files hashed. */
final class TreeCheck {

    private final Path root;
    private final PathSet known;
    private final PathSet gone;
    private final RecordedCvs cvs;
    private final HashPool pool;
    private final Blake3 blake3;
    private final Attributes attributes;
    private final Differences differences;
    private final VerifyProgress progress;
    private long belowGone;

    /**
     * Makes one.
     *
     * @param root where the checkpoint stands
     * @param known receives every path of the tree
     * @param gone an empty set, for directories that are not there
     */
    TreeCheck(
            Path root,
            PathSet known,
            PathSet gone,
            RecordedCvs cvs,
            HashPool pool,
            Blake3 blake3,
            int modeMask,
            Differences differences,
            VerifyProgress progress) {
        this.root = root;
        this.known = known;
        this.gone = gone;
        this.cvs = cvs;
        this.pool = pool;
        this.blake3 = blake3;
        this.attributes = new Attributes(modeMask, differences);
        this.differences = differences;
        this.progress = progress;
    }

    /** Reads the tree to its end. Files may still be hashed when it returns. */
    TreeSummary run(TreeReader tree) throws IOException {
        for (Optional<TreeMember> next = tree.next(); next.isPresent(); next = tree.next()) {
            TreeMember member = next.get();
            known.add(member.path());
            boolean asRecorded = look(member);
            if (member instanceof TreeMember.File file) {
                compare(file, asRecorded);
                progress.looked();
            }
        }
        cvs.end();
        if (belowGone > 0) {
            differences.addShown(
                    "…",
                    belowGone + " members lie below directories that are missing or something else: not looked at");
        }
        return tree.summary();
    }

    /** Whether the member is of its kind and size, so that its bytes can be compared. */
    private boolean look(TreeMember member) {
        if (!member.path().equals(MemberPath.ROOT) && gone.contains(parent(member.path()))) {
            belowGone++;
            if (member instanceof TreeMember.Directory) {
                gone.add(member.path());
            }
            return false;
        }
        try {
            Map<String, Object> actual = Files.readAttributes(at(member), Attributes.WANTED, NOFOLLOW_LINKS);
            if (attributes.sameKind(member, actual)) {
                return attributes.compare(member, actual);
            }
        } catch (NoSuchFileException e) {
            differences.add(member.path(), "is missing");
        } catch (IOException e) {
            differences.add(member.path(), "cannot be looked at: " + FileCheck.reason(e));
        } catch (InvalidPathException e) {
            differences.add(member.path(), "cannot be named in this locale: set LC_ALL=C.UTF-8");
        }
        if (member instanceof TreeMember.Directory) {
            gone.add(member.path());
        }
        return false;
    }

    /** Takes the file's values from the record in any case: the next file's follow them. */
    private void compare(TreeMember.File file, boolean asRecorded) {
        long chunks = (file.size() + Blake3.CHUNK_BYTES - 1) / Blake3.CHUNK_BYTES;
        FileCheck check = asRecorded ? new FileCheck(at(file), file, blake3, differences, progress) : null;
        if (chunks <= 1) {
            Hash32 cv = chunks == 1 ? cvs.next() : null;
            if (check != null) {
                pool.submit(buffer -> check.single(buffer, cv));
            }
            return;
        }
        boolean hold = chunks(file, chunks, check);
        if (check != null) {
            check.announced(hold);
            if (!hold) {
                pool.submit(check::whole);
            }
        }
    }

    /** Hands the chunks in; false where the record's values do not lead to the file's digest. */
    private boolean chunks(TreeMember.File file, long chunks, @Nullable FileCheck check) {
        CvTree tree = new CvTree();
        for (long number = 0; number < chunks; number++) {
            Hash32 cv = cvs.next();
            if (cv == null) {
                return false;
            }
            tree.add(cv);
            if (check != null) {
                check.expect();
                long chunk = number;
                pool.submit(buffer -> check.chunk(buffer, chunk, cv));
            }
        }
        if (!tree.root().equals(file.digest())) {
            differences.addRecord("cvs", "the values of " + Names.show(file.path()) + " do not lead to its digest");
            return false;
        }
        return true;
    }

    private Path at(TreeMember member) {
        return member.path().equals(MemberPath.ROOT) ? root : root.resolve(member.path());
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? MemberPath.ROOT : path.substring(0, slash);
    }
}
