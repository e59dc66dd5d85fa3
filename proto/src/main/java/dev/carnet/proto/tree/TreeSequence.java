package dev.carnet.proto.tree;

import dev.carnet.proto.tree.TreeMember.Directory;
import dev.carnet.proto.wire.Limits;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The rules between lines: the root first, then ascending, no path twice, each below a directory; a root that is a file
 * is alone.
 *
 * <p>A directory's descendants need not follow it at once ({@code a}, {@code a-b}, {@code a/c}), but until the last of
 * them every path begins with its bytes. So the directories that may still have children are all prefixes of the last
 * path, and their lengths are all there is to remember.
 */
final class TreeSequence {

    private byte @Nullable [] last;
    private final BitSet directoryLengths = new BitSet();
    private boolean rootIsFile;
    private int count;

    /** Takes the next member, or throws {@link IllegalArgumentException} naming the rule that it breaks. */
    void accept(TreeMember member) {
        require(count < Limits.MEMBERS_MAX, "a tree has at most " + Limits.MEMBERS_MAX + " members");
        if (count == 0) {
            require(member.path().equals(MemberPath.ROOT), "the root comes first");
            rootIsFile = !(member instanceof Directory);
        } else {
            require(!rootIsFile, "a checkpoint that is one file has no other member");
            require(!member.path().equals(MemberPath.ROOT), "the root comes once");
            below(member);
        }
        count++;
    }

    /** Checks that the tree may end here. */
    void end() {
        require(count > 0, "a tree has a root");
    }

    private void below(TreeMember member) {
        byte[] path = MemberPath.utf8(member.path());
        byte[] before = last;
        if (before != null) {
            int order = Arrays.compareUnsigned(before, path);
            require(order != 0, "no path comes twice");
            require(order < 0, "paths ascend by their bytes");
            int mismatch = Arrays.mismatch(before, path);
            directoryLengths.clear(mismatch + 1, Limits.PATH_BYTES_MAX + 1);
        }
        int slash = path.length - 1;
        while (slash >= 0 && path[slash] != '/') {
            slash--;
        }
        require(slash < 0 || directoryLengths.get(slash), "the parent of a path is in the tree, as a directory");
        if (member instanceof Directory) {
            directoryLengths.set(path.length);
        }
        last = path;
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
